/**
 * A message as one page that a browser shows and prints: nothing is loaded from elsewhere, no script
 * runs, and every text of others is escaped.
 */
import { besideLinks, linksOf } from "../links.ts";
import type { Outgoing } from "../outgoing.ts";
import { chartSvg } from "./chart-svg.ts";
import { htmlEscaped } from "./html.ts";
import { tableHtml } from "./table.ts";
import { type Part, partsOf, type TextOptions, titleText, whereText } from "./text.ts";

/** What the page may do: its own style, and nothing else. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

const style = `
body { font: 14px/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1a1a1a; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.35rem; margin: 0 0 .2rem } h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem }
.where { color: #555; font-size: .85rem; margin-bottom: 1rem }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .25rem 1rem; margin: 0 }
dt { color: #555 } dd { margin: 0; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
table { margin: 1rem 0; border-collapse: collapse } th, td { border-bottom: 1px solid #ddd }
svg { max-width: 100%; height: auto }
.critical { color: #b3001b } .warning { color: #8a5a00 }
@page { size: A4; margin: 15mm }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt } a { color: inherit; text-decoration: none } tr, dd, svg { break-inside: avoid } thead { display: table-header-group } }
`;

/** `  name: value`, as partsOf writes a fact. */
function factRow(line: string): string {
  const at = line.indexOf(": ");
  const [name, value] = [line.slice(0, at).trim(), line.slice(at + 2)];
  return `<dt>${htmlEscaped(name)}</dt><dd>${htmlEscaped(value)}</dd>`;
}

function partHtml({ kind, title, lines }: Part, message: Outgoing, timeZone: string): string {
  const heading = title === undefined ? "" : `<h2>${htmlEscaped(title)}</h2>`;
  if (kind === "facts") return `${heading}<dl>${lines.map(factRow).join("\n")}</dl>`;
  if (kind === "table" && message.table)
    return tableHtml(message.table, htmlEscaped, message.table.rows.length);
  const drawn = kind === "chart" && message.chart && chartSvg(message.chart, timeZone);
  if (drawn) return drawn;
  const shown = kind === "warning" ? ' class="critical"' : "";
  return `${heading}<pre${shown}>${lines.map(htmlEscaped).join("\n")}</pre>`;
}

/** The whole of it: a page has no end, as a mail has. */
export function asPage(message: Outgoing, options: TextOptions): string {
  const title = htmlEscaped(titleText(message));
  const parts = besideLinks(partsOf(message, options));
  const links = linksOf(message).map(
    ({ href, text }) => `<a href="${htmlEscaped(href)}">${htmlEscaped(text)}</a>`,
  );
  return `${[
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    `<h1 class="${message.severity}">${title}</h1>`,
    `<div class="where">${htmlEscaped(whereText(message, options))}</div>`,
    ...parts.map((part) => partHtml(part, message, options.timeZone)),
    ...(links.length ? [`<p>${links.join(" · ")}</p>`] : []),
    "</body>",
    "</html>",
  ].join("\n")}\n`;
}
