/** What an automation did, region by region. */
import type { DescribedUnit } from "../../../cli/bundle/units.ts";
import type { ActionResult, RunResult } from "../../../ledger/result.ts";
import { undoWindow } from "../../../ledger/undo-window.ts";
import { runIn } from "../../../messages/outgoing.ts";
import { count } from "../../../sdk/counted.ts";
import { dollars } from "../../../sdk/money.ts";
import { plain } from "../../../sdk/plain.ts";
import { placeOf } from "../../seed/thing.ts";
import type { Night } from "../one-night.ts";
import {
  actionsWith,
  canGoBack,
  isElsewhere,
  planOf,
  savingsOf,
  sum,
  verdictOn,
  wasDenied,
} from "./decided.ts";
import { markOf, type RowMark, type Sheet } from "./sheet.ts";

/** Of many alike, so many are named. */
const mostNamed = 3;

const marks: Readonly<Record<ActionResult["outcome"], RowMark>> = {
  applied: ["✓ done", "green"],
  already: ["✓ was so", "green"],
  begun: ["… begun", "cyan"],
  waiting: ["? waits", "cyan"],
  held: ["– held", "yellow"],
  failed: ["✗ failed", "red"],
};
const order = Object.keys(marks);

export function automationPart(sheet: Sheet, night: Night, unit: DescribedUnit): void {
  sheet.heading(unit.id, unit.mode, `${unit.summary}.`);
  for (const region of night.account.regions) {
    const runs = night.runs.filter((run) => run.automation === unit.id && run.region === region);
    if (runs.length) regionPart(sheet, night, region, runs);
  }
  sheet.line();
}

function regionPart(sheet: Sheet, night: Night, region: string, runs: readonly RunResult[]): void {
  const found = Math.max(...runs.map((run) => run.found));
  const calls = sum(runs.map((run) => run.calls.reads + run.calls.writes));
  const looked = `${found} looked at, ${count(runs.length, "run")}, ${count(calls, "call")}`;
  sheet.line(`  ${sheet.style("underline", region)}  ${sheet.style("dim", looked)}`);
  for (const group of alike(night, runs)) groupPart(sheet, night, region, group);
  for (const run of runs) flowWords(sheet, night, run);
  for (const run of runs) notes(sheet, night, run);
  for (const run of runs) commands(sheet, night, run);
}

/** Alike are those with one outcome and one reason. */
function alike(night: Night, runs: readonly RunResult[]): ActionResult[][] {
  const shown = runs
    .flatMap(({ actions }) => actions)
    .filter((action) => !isElsewhere(night, action));
  const groups = Map.groupBy(shown, (action) =>
    JSON.stringify([action.outcome, action.because, action.held, verdictOn(night, action)?.plan]),
  );
  return [...groups.values()].toSorted(
    ([a], [b]) => order.indexOf(a?.outcome ?? "") - order.indexOf(b?.outcome ?? ""),
  );
}

function groupPart(
  sheet: Sheet,
  night: Night,
  region: string,
  group: readonly ActionResult[],
): void {
  const [first] = group;
  if (!first) return;
  const nameOf = ({ target }: ActionResult): string =>
    plain(night.named.get(placeOf(region, target)) ?? target);
  const mark: RowMark = wasDenied(night, first) ? ["✗ denied", "yellow"] : marks[first.outcome];
  const why = whyOf(night, first);
  sheet.row(mark, shortened([...new Set(group.map(nameOf))]), [
    [plain(`${first.because}${moneyOf(group, first)}${unseenOf(first)}`)],
    ...(why ? [[plain(why), "dim"] as const] : []),
  ]);
  const undone = (night.undo?.actions ?? []).filter((back) =>
    group.some((action) => back.id === `${action.id}.undo`),
  );
  for (const { outcome } of undone)
    sheet.row(
      outcome === "applied" ? ["↶ undone", "magenta"] : marks[outcome],
      [nameOf(first)],
      [["a person took it back; what the next runs did is below"]],
    );
}

/** One more than are named costs no more than to say so. */
function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= mostNamed + 1) return names;
  return [...names.slice(0, mostNamed), `and ${names.length - mostNamed} more`];
}

function moneyOf(group: readonly ActionResult[], { outcome, held }: ActionResult): string {
  const saves = savingsOf(group);
  if (saves <= 0 || held) return "";
  const verb = outcome === "applied" ? "saves" : "would save";
  return `, ${verb} ${dollars(saves)} a month`;
}

const unseenOf = ({ outcome, verified }: ActionResult): string =>
  outcome === "applied" && verified !== true ? " (not seen to be so yet)" : "";

/** By which guard and why, what failed, who decided, or what is asked. */
function whyOf(night: Night, action: ActionResult): string | undefined {
  const { outcome, held, error } = action;
  if (held) return `${held.by}: ${held.why}`;
  if (error) return error;
  const by = verdictOn(night, action)?.by;
  if (by && wasDenied(night, action)) return `denied by ${by}: nothing of it is done`;
  if (by) return `approved by ${by}`;
  const plan = outcome === "waiting" ? planOf(night, action) : undefined;
  return plan && `asked: ${plan.why}`;
}

/** What flows told by themselves. The embedded AWS does at once what takes AWS its time. */
function flowWords(sheet: Sheet, { messages }: Night, { id }: RunResult): void {
  for (const message of messages.filter((each) => each.id.startsWith(`${id}.`) && !runIn(each))) {
    sheet.labelled(markOf(message.severity), plain(message.title));
    const { because: _, ...found } = message.facts ?? {};
    const facts = Object.entries(found).map(([fact, text]) => `${fact}: ${text}`);
    if (facts.length) sheet.aside(plain(`${facts.join("; ")} (times are simulated)`));
  }
}

function notes(sheet: Sheet, { messages }: Night, run: RunResult): void {
  for (const { facts = {} } of messages.filter((message) => runIn(message)?.id === run.id))
    for (const [fact, text] of Object.entries(facts))
      if (fact.startsWith("note")) sheet.labelled(["! note", "yellow"], plain(text));
}

function commands(sheet: Sheet, { decided }: Night, run: RunResult): void {
  const isDecided = decided.some(({ plan }) => plan === run.plan?.id);
  if (run.plan && !isDecided) sheet.command("approve", `npx nightshift approve ${run.plan.id}`);
  const done = actionsWith([run], "applied").filter(canGoBack).length;
  if (!done) return;
  const about = `${count(done, "change")}, ${undoWindow.short}`;
  sheet.command("undo", `npx nightshift undo ${run.id}`, about);
}
