/**
 * Microsoft Teams, through a Workflows webhook ("When a Teams webhook request is received"): one
 * Adaptive Card a message.
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */

import { besideLinks, linksOf } from "../../messages/links.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import {
  missingParts,
  type Part,
  partsOf,
  type TextOptions,
  titleText,
  whereText,
} from "../../messages/render/text.ts";
import { cut } from "../../sdk/plain.ts";
import type { Clock } from "../../sdk/time.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import { type FailureInside, failureInside } from "../answer-inside.ts";
import type { Channel } from "../channel.ts";
import type { Outside } from "../outside.ts";
import { type Secrets, withSecrets } from "../secrets.ts";
import { expectTaken } from "../taken.ts";

export interface TeamsParts {
  readonly name: string;
  readonly url: SecretRef;
  readonly secrets: Secrets;
  readonly outside: Outside;
  readonly clock: Pick<Clock, "now">;
}

/** Teams takes 28 KB, all that is around the card included. */
const mostBytes = 28 * 1024;
const longest = { title: 400, block: 4000 } as const;
const colours = { critical: "attention", warning: "warning", info: "accent" } as const;

/** How the parts look that are not plain text. */
const looks: { readonly [K in Part["kind"]]?: object } = {
  chart: { fontType: "monospace", size: "small" },
  table: { fontType: "monospace", size: "small" },
  warning: { color: "attention" },
};

/** A text block reads a subset of Markdown: what stands in a message is text, to the letter. */
export const verbatim = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+!|~<>-]/g, "\\$&").replace(/^([ \t]{0,20}\d{1,20})\./gm, "$1\\.");

interface Element {
  readonly type: string;
  readonly [field: string]: unknown;
}
const block = (text: string, more: object = {}): Element => ({
  type: "TextBlock",
  text,
  wrap: true,
  ...more,
});

/** Blank lines part paragraphs there; a line for each line of ours, its indent kept. */
const lines = (given: readonly string[]): string =>
  cut(
    given
      .map((line) => verbatim(line).replace(/^ +/, (indent) => "\u00a0".repeat(indent.length)))
      .join("\n\n"),
    longest.block,
  );

const envelope = (card: object): string =>
  JSON.stringify({
    type: "message",
    attachments: [
      { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card },
    ],
  });

/**
 * What is posted. Never more than Teams takes: parts that do not fit are left out from the end, and
 * that is said.
 */
export function card(message: Outgoing, options: TextOptions): string {
  const { severity } = message;
  const parts = besideLinks(partsOf(message, options)).map(
    ({ kind, title, lines: own }): Element[] => [
      ...(title === undefined
        ? []
        : [block(verbatim(title), { weight: "bolder", spacing: "medium" })]),
      block(lines(own), looks[kind] ?? { spacing: "small" }),
    ],
  );
  const actions = linksOf(message).map(({ href, text }) => ({
    type: "Action.OpenUrl",
    title: text,
    url: href,
  }));
  const restOf = (missing: number): Element[] => {
    const rest = missingParts(missing, options.command ?? "npx nightshift");
    return rest === undefined ? [] : [block(verbatim(rest))];
  };
  const withParts = (count: number): string =>
    envelope({
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      msteams: { width: "Full" },
      fallbackText: cut(titleText(message), longest.title),
      body: [
        block(verbatim(`[${severity}] ${cut(titleText(message), longest.title)}`), {
          size: "medium",
          weight: "bolder",
          color: colours[severity],
        }),
        block(verbatim(cut(whereText(message, options), longest.title)), {
          isSubtle: true,
          spacing: "none",
          size: "small",
        }),
        ...parts.slice(0, count).flat(),
        ...restOf(parts.length - count),
      ],
      actions,
    });
  for (let count = parts.length; count > 0; count -= 1) {
    const body = withParts(count);
    if (Buffer.byteLength(body) <= mostBytes) return body;
  }
  return withParts(0);
}

/**
 * Teams answers 200 and tells in words what became of it: a number is how many messages it posted.
 * @see https://github.com/MicrosoftDocs/msteams-docs/issues/9064
 */
export function refusedByTeams(body: string): FailureInside | undefined {
  const inside = failureInside(body);
  if (inside) return inside;
  const [, status] = /\bHTTP error (\d{3})\b/i.exec(body) ?? [];
  if (status) return { status: Number(status) };
  return /\b(?:delivery failed|failed with|error|exception|throttled)\b/i.test(body) &&
    !/^\s*[{[]/.test(body)
    ? {}
    : undefined;
}

export const teams = (
  { name, url, secrets, outside, clock }: TeamsParts,
  options: TextOptions,
): Channel => ({
  name,
  send: (message) =>
    withSecrets(secrets, [url], async (address) => {
      const answer = await outside.post(address, card(message, options));
      expectTaken(answer, {
        by: (status) => status === 202 || status === 200,
        inside: refusedByTeams,
        hidden: [address],
        now: clock.now(),
      });
    }),
});
