/** The links that a message may carry: everything else in it is text to be read. */
import { isUntrusted, type Outgoing } from "./outgoing.ts";
import type { Part } from "./render/text.ts";

export interface Link {
  readonly href: string;
  readonly text: string;
}

const longest = 2000;
const isPage = (href: string): boolean => {
  if (!URL.canParse(href) || href.length > longest || /[\s<>"|\\^`]/.test(href)) return false;
  const { protocol, username, password } = new URL(href);
  return protocol === "https:" && !username && !password;
};
/** AWS's own pages, and nobody else's. */
const isConsole = (href: string): boolean =>
  isPage(href) &&
  /(^|\.)(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/.test(new URL(href).hostname);

/** An event that is not AWS's own brings none along (rule: events-close-nothing). */
export function linksOf(message: Outgoing): Link[] {
  if (isUntrusted(message)) return [];
  const { link, runbook } = message;
  return [
    ...(link !== undefined && isConsole(link) ? [{ href: link, text: "Open in the console" }] : []),
    ...(runbook !== undefined && isPage(runbook) ? [{ href: runbook, text: "What to do" }] : []),
  ];
}

/** The address of its runbook, where it is a page and the message may carry links. */
export const runbookPage = (message: Outgoing): string | undefined =>
  !isUntrusted(message) && message.runbook !== undefined && isPage(message.runbook)
    ? message.runbook
    : undefined;

/**
 * For channels that show links as such: what the text says of pages is left out there, a runbook
 * that is no page stays.
 */
export const besideLinks = (parts: readonly Part[]): Part[] =>
  parts
    .map((part) =>
      part.kind === "links"
        ? { ...part, lines: part.lines.filter((line) => !line.includes("://")) }
        : part,
    )
    .filter(({ lines }) => lines.length > 0);
