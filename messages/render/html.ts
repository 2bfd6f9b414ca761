/** A message as HTML for mail: no script, no style sheet, nothing that is loaded from elsewhere. */

import type { Severity } from "../../sdk/message.ts";
import { besideLinks, type Link, linksOf } from "../links.ts";
import type { Outgoing } from "../outgoing.ts";
import { tableHtml } from "./table.ts";
import { type Part, partsOf, type TextOptions, titleText, whereText } from "./text.ts";

/** Enough contrast on white, also in grey. */
const colours: Readonly<Record<Severity, string>> = {
  critical: "#b3001b",
  warning: "#8a5a00",
  info: "#1f5fbf",
};
/** Mail programs cut what is longer than 100 KB. */
const longest = 80_000;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** Nothing in it is markup any more. */
export const htmlEscaped = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => entities[one] ?? one);

const text = (lines: readonly string[], more = ""): string =>
  `<div style="white-space:pre-wrap;word-break:break-word;${more}">${lines.map(htmlEscaped).join("\n")}</div>`;

/** `  name: value`, as partsOf writes a fact. */
function row(line: string): string {
  const at = line.indexOf(": ");
  const [name, value] = [line.slice(0, at).trim(), line.slice(at + 2)];
  return `<tr><td style="padding:2px 16px 2px 0;color:#555;vertical-align:top">${htmlEscaped(name)}</td><td style="word-break:break-word">${htmlEscaped(value)}</td></tr>`;
}

function shown(
  { kind, title, lines }: Part,
  { table }: Pick<Outgoing, "table">,
  picture: string | undefined,
): string {
  const heading =
    title === undefined
      ? ""
      : `<h3 style="font-size:15px;margin:18px 0 4px">${htmlEscaped(title)}</h3>`;
  if (kind === "facts")
    return `${heading}<table role="presentation" style="border-collapse:collapse;font-size:14px">${lines.map(row).join("")}</table>`;
  if (kind === "table" && table)
    return `<div style="margin:12px 0">${tableHtml(table, htmlEscaped)}</div>`;
  if (kind === "warning")
    return text(lines, `color:${colours.critical};font-weight:bold;margin:12px 0`);
  if (kind !== "chart") return `${heading}${text(lines, "margin:8px 0")}`;
  const bars = text(
    lines,
    "font-family:Menlo,Consolas,monospace;font-size:12px;white-space:pre;margin:12px 0",
  );
  return picture === undefined
    ? bars
    : `<img src="${htmlEscaped(picture)}" alt="${htmlEscaped(lines.join("\n"))}" style="max-width:100%;margin:12px 0">`;
}

const anchor = ({ href, text: says }: Link): string =>
  `<a href="${htmlEscaped(href)}" style="color:${colours.info}">${htmlEscaped(says)}</a>`;

/** @param picture the chart's address within the mail; its bars as text where absent */
export function asHtml(message: Outgoing, options: TextOptions, picture?: string): string {
  const links = linksOf(message);
  const head = [
    `<h2 style="font-size:18px;margin:0 0 4px;color:${colours[message.severity]}">${htmlEscaped(titleText(message))}</h2>`,
    `<div style="color:#555;font-size:13px">${htmlEscaped(whereText(message, options))}</div>`,
  ];
  const foot = links.length > 0 ? `<p>${links.map(anchor).join(" · ")}</p>` : "";
  const parts = besideLinks(partsOf(message, options));
  const kept: string[] = [];
  let left = longest - head.join("").length - foot.length;
  for (const part of parts) {
    const one = shown(part, message, picture);
    if (one.length > left) break;
    left -= one.length;
    kept.push(one);
  }
  const missing = parts.length - kept.length;
  const rest =
    missing > 0
      ? text([
          `There is more of this than a mail holds. All of it: ${options.command ?? "npx nightshift"} history`,
        ])
      : "";
  return `<!doctype html><html lang="en"><body style="font-family:system-ui,Segoe UI,Helvetica,Arial,sans-serif;font-size:14px;color:#1a1a1a;max-width:760px">${[...head, ...kept, rest, foot].join("\n")}</body></html>`;
}
