/** A unit's page, made from its definition so that it cannot drift. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { undoWindow } from "../../ledger/undo-window.ts";
import type { Grant } from "../../sdk/call.ts";
import { inWords, seconds } from "../../sdk/time.ts";
import type { ManifestOperation, ManifestTrigger } from "../../settings/manifest.ts";
import { flowFunction } from "../../settings/names.ts";
import type { DescribedUnit } from "../bundle/units.ts";

/** The leading comment of the unit's file: why it exists. */
function reason(source: string): string {
  const begin = source.indexOf("/**");
  const end = source.indexOf("*/", begin);
  if (begin < 0 || end < 0) return "";
  return source
    .slice(begin + "/**".length, end)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join("\n")
    .trim();
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => "---"), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");

/** `{region}` is the unit's own, but for what is asked of another. */
const places = {
  there: " in the regions that its settings name",
  "from here": ", asked of the regions that its settings name",
};

function granted({ action, on, when, elsewhere }: Grant): string {
  const things = on.map((thing) => `\`${thing}\``).join(", ");
  const place = elsewhere ? places[elsewhere] : "";
  const condition = when ? ` when \`${JSON.stringify(when)}\`` : "";
  return `\`${action}\` on ${things}${place}${condition}`;
}
const grants = (operation: ManifestOperation) => operation.grants.map(granted).join("; ");

function wayBack(write: ManifestOperation): string {
  if (write.irreversible !== undefined)
    return `none: ${write.irreversible}; it asks first, also in \`act\``;
  const way = write.undoneBy?.length
    ? write.undoneBy.map((one) => `\`${one}\``).join(", ")
    : "as each proposal says";
  if (write.uncertain === undefined) return way;
  return `${way}, but not for certain: ${write.uncertain}; it asks first, also in \`act\``;
}

function started(trigger: ManifestTrigger): string {
  if (trigger.kind === "event")
    return `- on events like\n  \`\`\`json\n  ${JSON.stringify(trigger.pattern)}\n  \`\`\``;
  const window = trigger.windowMinutes ? `, within ${trigger.windowMinutes} minutes` : "";
  return `- \`${trigger.schedule}\` (${trigger.timeZone})${window}`;
}

interface Schema {
  readonly properties?: Readonly<
    Record<
      string,
      {
        readonly type?: string;
        readonly enum?: readonly unknown[];
        readonly description?: string;
        readonly default?: unknown;
      }
    >
  >;
}

const kindWords: Readonly<Record<DescribedUnit["kind"], string>> = {
  automation: "An automation",
  report: "A report: it changes nothing",
  signal: "A signal: it changes nothing",
};

function kindLine({ summary, kind, family, scope, everywhere, central }: DescribedUnit): string {
  const looks = everywhere ? " and looks in all regions" : "";
  const too = central ? ", runs where services without regions keep what is theirs, too" : "";
  const once = scope === "global" ? `, runs once in the home region${looks}` : "";
  return `${summary}. *${kindWords[kind]}, family ${family}${once}${too}.*`;
}

function whenSection({ on, fallback }: DescribedUnit): string {
  const never = fallback
    ? "For every event that reaches the signals and that no other signal takes."
    : "Never by itself.";
  return `## When\n\n${on.map(started).join("\n") || never}`;
}

type Property = NonNullable<Schema["properties"]>[string];

function typeCell({ type, enum: values }: Property): string {
  if (!values || values.length >= 8) return type ?? "one of a list";
  return values.map((value) => `\`${JSON.stringify(value)}\``).join(" ");
}

function configSection({ configSchema }: DescribedUnit): string {
  const keys = Object.entries((configSchema as Schema).properties ?? {});
  if (!keys.length) return "";
  const rows = keys.map(([key, property]) => [
    `\`${key}\``,
    typeCell(property),
    property.default === undefined ? "" : `\`${JSON.stringify(property.default)}\``,
    property.description ?? "",
  ]);
  return `## Config\n\n${table(["key", "type", "default", "what it is"], rows)}`;
}

const operationRows = (operations: readonly ManifestOperation[]) =>
  operations.map((operation) => [`\`${operation.operation}\``, grants(operation)]);

function powerSections({ id, reads, writes, flows, undoes, lost }: DescribedUnit): string[] {
  const sections: string[] = [];
  if (reads.length)
    sections.push(`## What it may look at\n\n${table(["operation", "IAM"], operationRows(reads))}`);
  if (writes.length)
    sections.push(
      "## What it may change\n\nOnly when its mode is `ask` or `act`; in `watch`, the default, its role is granted none of this.",
      table(
        ["operation", "IAM", "taken back by"],
        writes.map((write) => [`\`${write.operation}\``, grants(write), wayBack(write)]),
      ),
    );
  if (flows)
    sections.push(
      `## What waits\n\nA flow (\`flow:…\`) takes up to ${inWords(seconds(flows.longest))}, and is carried by a function of its own, \`${flowFunction(id)}\`. Before each of its writes the kill switch, freezes, holds, exemptions and the target itself are read again; one that ends half way takes back what it wrote, and names what is left.`,
      table(
        ["operation", "IAM", "taken back by"],
        flows.writes.map((write) => [`\`${write.operation}\``, grants(write), wayBack(write)]),
      ),
    );
  if (undoes.length)
    sections.push(
      "## How it is taken back\n\n`npx nightshift undo RUN` or `ACTION`, with a role of its own that may do this and no more:",
      table(["operation", "IAM"], operationRows(undoes)),
      `${undoWindow.sentence} It is refused, with the difference, where somebody has changed the target since.`,
    );
  if (lost.length)
    sections.push(
      `What an undo cannot bring back:\n\n${lost.map((sentence) => `- ${sentence}`).join("\n")}`,
    );
  return sections;
}

/**
 * @param source the unit's file, whose leading comment says why it exists
 * @param runbookLink where the unit's runbook is, from the page
 */
export function unitPage(
  unit: DescribedUnit,
  source: string,
  runbookLink: (unit: DescribedUnit) => string,
): string {
  const runbook = existsSync(join(dirname(unit.file), "runbook.md"));
  const parts = [
    `# ${unit.id}`,
    kindLine(unit),
    reason(source),
    whenSection(unit),
    configSection(unit),
    ...powerSections(unit),
    runbook
      ? `What to look at and do when it tells something: [its runbook](${runbookLink(unit)}).`
      : "",
    `The exact policy: \`npx nightshift policy ${unit.id}\`. What it would do now: \`npx nightshift plan ${unit.id}\`.`,
  ];
  return `<!-- Generated by \`npm run docs\` from ${unit.shown}. -->\n\n${parts.filter(Boolean).join("\n\n")}\n`;
}

/** The list of all pages. */
export function unitIndex(units: readonly DescribedUnit[]): string {
  const rows = units.map(({ id, kind, family, summary }) => [
    `[${id}](${id}.md)`,
    kind,
    family,
    summary,
  ]);
  const index = table(["unit", "kind", "family", "what it does"], rows);
  return `<!-- Generated by \`npm run docs\`. -->\n\n# Units\n\n${index}\n`;
}
