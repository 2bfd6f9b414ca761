/**
 * Plans as a comment on a pull request: numbers first, then each change, folded. Names are others'
 * text: in code spans nothing of it is a link, a mention or markup.
 */
import type { PlanResult, Proposed } from "../../ledger/result.ts";
import { count } from "../../sdk/counted.ts";
import { dollars } from "../../sdk/money.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { type Saving, savingOf, savingText } from "../../sdk/saving.ts";
import type { Mode } from "../../settings/mode.ts";
import { changeLine, namedText, utcText } from "../io/words.ts";
import type { AllPlanned, FailedPlan } from "./all.ts";
import type { Planned } from "./make.ts";

/** GitHub takes 65,536 characters a comment, and others may add to it. */
const mostCharacters = 50_000;
const longestCell = 300;

/** In a cell a bar ends it, also within a code span. */
const code = (text: string): string =>
  `\`${cut(plain(text), longestCell).replaceAll("`", "'").replaceAll("|", "\\|")}\``;

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(heads),
  row(heads.map(() => "---")),
  ...rows.map(row),
];

interface Shown extends Planned {
  readonly mode: Mode;
}

const isFree = ({ held }: Proposed): boolean => held === null;
const savedBy = (proposals: readonly Proposed[]): Saving => savingOf(proposals.filter(isFree));
/** In a cell, below a head that says what it is. */
function savedCell({ known, unpriced }: Saving): string {
  if (!known) return unpriced ? "price unknown" : "";
  return unpriced ? `at least ${dollars(known)}` : dollars(known);
}

/** `12 changes would be made in 3 places, 2 are held`, of all. */
function headline(shown: readonly Shown[], failed: readonly FailedPlan[]): string {
  const proposals = shown.flatMap(({ plan }) => plan.proposals);
  const free = proposals.filter(isFree).length;
  const saves = savingText(savedBy(proposals));
  const parts = [
    free ? `${count(free, "change")} proposed` : "nothing to change",
    ...(proposals.length > free ? [`${proposals.length - free} held`] : []),
    ...(saves === undefined ? [] : [saves]),
    ...(failed.length ? [`**${count(failed.length, "plan")} failed**`] : []),
  ];
  return `### Nightshift: ${parts.join(", ")}`;
}

/** What a run in that mode would make of it. */
const modeWords: Readonly<Record<Mode, string>> = {
  watch: "watch: says it",
  ask: "ask: when approved",
  act: "act: does it",
  retired: "retired: nothing",
};

function summaryRow({ plan, message, mode }: Shown): readonly string[] {
  const tells = message === undefined ? modeWords[mode] : "tells";
  return [
    code(plan.automation),
    plan.region,
    tells,
    String(plan.found),
    String(plan.proposals.filter(isFree).length),
    String(plan.proposals.filter((proposal) => !isFree(proposal)).length),
    savedCell(savedBy(plan.proposals)),
  ];
}

const proposalRow = (proposal: Proposed): readonly string[] => [
  code(namedText(proposal)),
  code(changeLine(proposal)),
  code(proposal.because),
  proposal.held ? code(`${proposal.held.by}: ${proposal.held.why}`) : "",
];

const folded = (summary: string, lines: readonly string[]): string =>
  ["<details>", `<summary>${summary}</summary>`, "", ...lines, "", "</details>"].join("\n");

/** As many of its changes as there is room for; what is left out is counted. */
function section({ plan, message }: Shown, room: number): string {
  if (message !== undefined)
    return message ? `- ${code(plan.automation)}: ${code(message.title)}` : "";
  if (!plan.proposals.length) return "";
  const heads = ["target", "before → after", "because", "held by"];
  const rows: (readonly string[])[] = [];
  let taken = 0;
  for (const proposal of plan.proposals) {
    const cells = proposalRow(proposal);
    taken += row(cells).length + 1;
    if (taken > room) break;
    rows.push(cells);
  }
  const left = plan.proposals.length - rows.length;
  const lines = [...tableOf(heads, rows), ...(left ? ["", `and ${left} more`] : [])];
  return folded(titleOf(plan), lines);
}

const titleOf = ({ automation, region, proposals }: PlanResult): string =>
  `${plain(automation)} in ${region}: ${count(proposals.length, "proposal")}`;

const failureLine = ({ id, region, message }: FailedPlan): string =>
  `- ${code(id)}${region === undefined ? "" : ` in ${region}`}: ${code(message)}`;

/** A comment: what would be changed, where, and what could not be looked at. */
export function planMarkdown({ plans, failed }: AllPlanned): string {
  const shown = plans.flatMap(({ mode, planned }) => planned.map((each) => ({ ...each, mode })));
  const [first] = shown;
  const heads = ["unit", "region", "mode", "looked at", "would change", "held", "saves a month"];
  const parts = [
    headline(shown, failed),
    ...(first
      ? [`Account ${first.plan.account}, as of ${utcText(first.plan.at)}. Nothing was changed.`]
      : []),
    ...(failed.length ? [failed.map(failureLine).join("\n")] : []),
    ...(shown.length ? [tableOf(heads, shown.map(summaryRow)).join("\n")] : []),
  ];
  let room = mostCharacters - parts.join("\n\n").length;
  for (const each of shown) {
    const text = section(each, room);
    if (!text) continue;
    parts.push(text);
    room -= text.length;
  }
  return `${parts.join("\n\n")}\n`;
}
