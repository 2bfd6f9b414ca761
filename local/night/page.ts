/** The night on one page of a terminal. */
import { styleText } from "node:util";
import type { Described } from "../../bin/bundle/units.ts";
import { plain } from "../../core/plain.ts";
import type { ActionResult, RunResult } from "../../core/run/result.ts";
import { chartText } from "../../tell/chart-text.ts";
import { timeText } from "../../tell/render-text.ts";
import { placeOf } from "../seed/thing.ts";
import type { Night } from "./one-night.ts";

type Style = Parameters<typeof styleText>[0];
export interface Paper {
  /** Characters. */
  readonly width: number;
  /** Nothing is styled on plain paper. */
  readonly coloured: boolean;
}

/** Widths of what stands before the reason. */
const columns = { margin: 4, mark: 10, name: 24 } as const;
/** Of many alike, so many are named. */
const named = 3;

const marks: Readonly<Record<ActionResult["outcome"], readonly [mark: string, style: Style]>> = {
  applied: ["✓ done", "green"],
  already: ["✓ was so", "green"],
  waiting: ["? waits", "cyan"],
  held: ["– held", "yellow"],
  failed: ["✗ failed", "red"],
};
const order = Object.keys(marks);
const dollars = (amount: number): string => `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const of = (runs: readonly RunResult[], ...outcomes: readonly ActionResult["outcome"][]): ActionResult[] =>
  runs.flatMap(({ actions }) => actions.filter(({ outcome }) => outcomes.includes(outcome)));
const canGoBack = ({ undo }: ActionResult): boolean => !("irreversible" in undo);

/** Breaks at spaces; a word that is longer than a line stays whole, so that ids can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function page(night: Night, { width, coloured }: Paper): string {
  const { account, configured, runs, undo, messages, took } = night;
  const { timeZone } = configured.settings;
  const style = (as: Style, text: string): string => (coloured ? styleText(as, text, { validateStream: false }) : text);
  const indent = " ".repeat(columns.margin);
  const lines: string[] = [];
  const paragraph = (text: string, as?: Style, margin = indent) => {
    for (const one of wrap(text, width - margin.length)) lines.push(margin + (as ? style(as, one) : one));
  };

  /** A marked row: names, one a line, beside the reason. */
  function row([mark, as]: readonly [string, Style], names: readonly string[], reasons: readonly (readonly [text: string, as?: Style])[]): void {
    const left = names.flatMap((name) => (name.length < columns.name ? [name] : wrapLong(name, columns.name - 1)));
    const right = reasons.flatMap(([text, dim]) => wrap(text, width - columns.margin - columns.mark - columns.name).map((line) => (dim ? style(dim, line) : line)));
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const first = at === 0 ? style(as, mark.padEnd(columns.mark)) : " ".repeat(columns.mark);
      lines.push(`${indent}${first}${(left[at] ?? "").padEnd(columns.name)}${right[at] ?? ""}`.trimEnd());
    }
  }

  const command = (label: string, text: string, about: string) =>
    lines.push(`${indent}${style("dim", label.padEnd(columns.mark))}${style("bold", text)}${about ? `  ${style("dim", about)}` : ""}`);

  const nameOf = (region: string, { target }: Pick<ActionResult, "target">): string => plain(night.named.get(placeOf(region, target)) ?? target);

  /** Alike are those with one outcome and one reason. */
  function actionsOf({ region, actions }: RunResult): void {
    const alike = Map.groupBy(actions, ({ outcome, because, held }) => JSON.stringify([outcome, because, held]));
    const groups = [...alike.values()].toSorted(([a], [b]) => order.indexOf(a?.outcome ?? "") - order.indexOf(b?.outcome ?? ""));
    for (const group of groups) {
      const [first] = group;
      if (!first) continue;
      const { outcome, because, held, error, verified } = first;
      const names = [...new Set(group.map((action) => nameOf(region, action)))];
      const more = names.length > named + 1 ? [`and ${names.length - named} more`] : [];
      const saves = sum(group.map(({ savesPerMonth }) => savesPerMonth ?? 0));
      const money = saves > 0 ? `, ${outcome === "applied" ? "saves" : "would save"} ${dollars(saves)} a month` : "";
      const unseen = outcome === "applied" && verified !== true ? " (not seen to be so yet)" : "";
      const why = held ? `${held.by}: ${held.why}` : error;
      row(marks[outcome], [...(more.length ? names.slice(0, named) : names), ...more], [[plain(`${because}${money}${unseen}`)], ...(why ? [[plain(why), "dim"] as const] : [])]);
    }
  }

  function runOf(result: RunResult): void {
    const done = of([result], "applied").filter(canGoBack);
    const plan = night.plans.find(({ run }) => run === result.id);
    actionsOf(result);
    if (plan) {
      paragraph(`${" ".repeat(columns.mark)}Asked because ${plan.why}.`, "dim");
      command("approve", `npx nightshift approve ${plan.id}`, "");
    }
    if (done.length) command("undo", `npx nightshift undo ${result.id}`, `${count(done.length, "change")}`);
  }

  function automation({ id, mode, summary }: Described): void {
    const own = runs.filter((run) => run.automation === id);
    heading(id, mode, `${summary}.`);
    for (const [region, there] of Map.groupBy(own, (run) => run.region)) {
      const swept = there.findLast(({ actions, found }) => found >= actions.length);
      const calls = sum(there.map((run) => run.calls.reads + run.calls.writes));
      lines.push(`  ${style("underline", region)}  ${style("dim", `${Math.max(...there.map(({ found }) => found), swept?.found ?? 0)} looked at, ${count(there.length, "run")}, ${count(calls, "call")}`)}`);
      for (const run of there) {
        runOf(run);
        if (undo.automation !== id || !run.actions.some((action) => `${action.id}.undo` === undo.actions[0]?.id)) continue;
        for (const action of undo.actions) row(["↶ undone", "magenta"], [nameOf(region, run.actions.find(({ id: one }) => `${one}.undo` === action.id) ?? action)], [["somebody took it back; the next runs were:"]]);
      }
    }
    lines.push("");
  }

  function heading(id: string, mode: string, text: string): void {
    const [first = "", ...rest] = wrap(text, width - id.length - mode.length - 4);
    lines.push(`${style("bold", id)}  ${style(mode === "act" ? "green" : mode === "ask" ? "cyan" : "dim", mode)}  ${style("dim", first)}`, ...rest.map((line) => style("dim", line)));
  }

  const severity: Readonly<Record<string, Style>> = { info: "dim", warning: "yellow", critical: "red" };
  function teller({ id, kind, summary }: Described): void {
    heading(id, kind, `${summary}.`);
    for (const message of messages.filter(({ unit }) => unit === id)) {
      const [first = "", ...rest] = wrap(plain(message.title), width - columns.margin - columns.mark);
      lines.push(`${indent}${style(severity[message.severity] ?? "dim", message.severity.padEnd(columns.mark))}${first}`, ...rest.map((line) => `${indent}${" ".repeat(columns.mark)}${line}`));
      for (const line of message.chart ? chartText(message.chart, timeZone).split("\n").slice(1) : []) lines.push(`${indent}${" ".repeat(columns.mark)}${line}`);
    }
    lines.push("");
  }

  lines.push("", `${style("bold", "Nightshift")}  ${style("dim", `${timeText(account.now, timeZone)} · account ${account.id} · ${account.regions.join(", ")} · embedded AWS`)}`, "");
  for (const unit of configured.units) if (unit.enabled) unit.kind === "automation" ? automation(unit) : teller(unit);

  const [done, waiting, held] = [of(runs, "applied"), of(runs, "waiting"), of(runs, "held")];
  const total = (label: string, text: string) => lines.push(`${style("dim", label.padEnd(columns.margin + columns.mark))}${text}`);
  total(
    "changes",
    `${done.length} made, ${done.filter(({ verified }) => verified).length} verified, ${done.filter(canGoBack).length} undoable, ${undo.actions.length} undone · ${held.length} held · ${waiting.length} wait for you`,
  );
  const saves = (actions: readonly ActionResult[]) => sum(actions.map(({ savesPerMonth }) => savesPerMonth ?? 0));
  total("saves", `${dollars(saves(done))} a month, and ${dollars(saves(waiting))} once you approve`);
  total("calls", `${sum(runs.map(({ calls }) => calls.reads))} reads and ${sum(runs.map(({ calls }) => calls.writes))} writes to AWS in ${count(runs.length, "run")} · ${count(messages.length, "message")} told · ${took.toFixed(1)} s`);
  total(
    "as seeded",
    night.differences.length ? style("red", `no: ${count(night.differences.length, "difference")}`) : style("green", "yes: each thing is as it should be, by independent calls"),
  );
  for (const one of night.differences) paragraph(`✗ ${plain(one)}`, "red");
  return `${lines.join("\n")}\n`;
}

/** Names have no spaces: cut at the width, so that the columns stay. */
function wrapLong(name: string, width: number): string[] {
  return Array.from({ length: Math.ceil(name.length / width) }, (_, at) => name.slice(at * width, (at + 1) * width));
}
