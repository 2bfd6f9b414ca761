/** The night on one page of a terminal. */
import { styleText } from "node:util";
import type { DescribedUnit } from "../../cli/bundle/units.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { undoWindow } from "../../ledger/undo-window.ts";
import { runIn } from "../../messages/outgoing.ts";
import { chartText } from "../../messages/render/chart-text.ts";
import { timeText } from "../../messages/render/text.ts";
import { plain } from "../../sdk/plain.ts";
import { placeOf } from "../seed/thing.ts";
import type { MorningDecision } from "./morning.ts";
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
const dollars = (amount: number): string =>
  `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const of = (
  runs: readonly RunResult[],
  ...outcomes: readonly ActionResult["outcome"][]
): ActionResult[] =>
  runs.flatMap(({ actions }) => actions.filter(({ outcome }) => outcomes.includes(outcome)));
const canGoBack = ({ undo }: ActionResult): boolean => !("irreversible" in undo);

/** Breaks at spaces; a word that is longer than a line stays whole, so that ids can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function page(night: Night, { width, coloured }: Paper): string {
  const { account, configured, runs, undo, messages, took } = night;
  const { timeZone } = configured.settings;
  const style = (as: Style, text: string): string =>
    coloured ? styleText(as, text, { validateStream: false }) : text;
  const indent = " ".repeat(columns.margin);
  const lines: string[] = [];
  const paragraph = (text: string, as?: Style, margin = indent) => {
    for (const one of wrap(text, width - margin.length))
      lines.push(margin + (as ? style(as, one) : one));
  };

  /** A marked row: names, one a line, beside the reason. */
  function row(
    [mark, as]: readonly [string, Style],
    names: readonly string[],
    reasons: readonly (readonly [text: string, as?: Style])[],
  ): void {
    const left = names.flatMap((name) =>
      name.length < columns.name ? [name] : wrapLong(name, columns.name - 1),
    );
    const right = reasons.flatMap(([text, dim]) =>
      wrap(text, width - columns.margin - columns.mark - columns.name).map((line) =>
        dim ? style(dim, line) : line,
      ),
    );
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const first = at === 0 ? style(as, mark.padEnd(columns.mark)) : " ".repeat(columns.mark);
      lines.push(
        `${indent}${first}${(left[at] ?? "").padEnd(columns.name)}${right[at] ?? ""}`.trimEnd(),
      );
    }
  }

  /** A mark, and text that needs no name beside it. */
  function labelled(mark: string, as: Style, text: string): void {
    for (const [at, line] of wrap(text, width - columns.margin - columns.mark).entries())
      lines.push(
        `${indent}${at === 0 ? style(as, mark.padEnd(columns.mark)) : " ".repeat(columns.mark)}${line}`,
      );
  }

  const command = (label: string, text: string, about: string) =>
    lines.push(
      `${indent}${style("dim", label.padEnd(columns.mark))}${style("bold", text)}${about ? `  ${style("dim", about)}` : ""}`,
    );

  const nameOf = (region: string, { target }: Pick<ActionResult, "target">): string =>
    plain(night.named.get(placeOf(region, target)) ?? target);

  const planOf = ({ id }: ActionResult) => night.plans.find(({ run }) => id.startsWith(`${run}.`));
  /** On what waited, and on what was carried out for it. */
  const decisionOn = (action: ActionResult): MorningDecision | undefined =>
    night.decided.find(({ plan, run }) =>
      action.outcome === "waiting"
        ? plan === planOf(action)?.id
        : run !== undefined && action.id.startsWith(`${run.id}.`),
    );
  /** What waited and was approved is shown where it was done. */
  const isElsewhere = (action: ActionResult): boolean =>
    action.outcome === "waiting" &&
    (decisionOn(action)?.run?.actions.some(({ target }) => target === action.target) ?? false);
  const ofWaiting = of(runs, "waiting");
  const denied = ofWaiting.filter((action) => decisionOn(action)?.verdict === "deny");
  const waiting = ofWaiting.filter((action) => !isElsewhere(action) && !denied.includes(action));

  /** Alike are those with one outcome and one reason. */
  function actionsOf(region: string, all: readonly ActionResult[]): void {
    const actions = all.filter((action) => !isElsewhere(action));
    const alike = Map.groupBy(actions, (action) =>
      JSON.stringify([action.outcome, action.because, action.held, decisionOn(action)?.plan]),
    );
    const groups = [...alike.values()].toSorted(
      ([a], [b]) => order.indexOf(a?.outcome ?? "") - order.indexOf(b?.outcome ?? ""),
    );
    for (const group of groups) {
      const [first] = group;
      if (!first) continue;
      const { outcome, because, held, error, verified } = first;
      const names = [...new Set(group.map((action) => nameOf(region, action)))];
      const more = names.length > named + 1 ? [`and ${names.length - named} more`] : [];
      const saves = sum(group.map(({ savesPerMonth }) => savesPerMonth ?? 0));
      const money =
        saves > 0 && !held
          ? `, ${outcome === "applied" ? "saves" : "would save"} ${dollars(saves)} a month`
          : "";
      const unseen = outcome === "applied" && verified !== true ? " (not seen to be so yet)" : "";
      const isDenied = denied.includes(first);
      const plan = outcome === "waiting" ? planOf(first) : undefined;
      const by = decisionOn(first)?.by;
      const said =
        by && (isDenied ? `denied by ${by}: nothing of it is done` : `approved by ${by}`);
      const why = held
        ? `${held.by}: ${held.why}`
        : (error ?? said ?? (plan && `asked: ${plan.why}`));
      row(
        isDenied ? ["✗ denied", "yellow"] : marks[outcome],
        [...(more.length ? names.slice(0, named) : names), ...more],
        [[plain(`${because}${money}${unseen}`)], ...(why ? [[plain(why), "dim"] as const] : [])],
      );
      for (const back of (undo?.actions ?? []).filter((one) =>
        group.some((action) => one.id === `${action.id}.undo`),
      ))
        row(
          back.outcome === "applied" ? ["↶ undone", "magenta"] : marks[back.outcome],
          [nameOf(region, first)],
          [[plain(`a person took it back; what the next runs did is below`)]],
        );
    }
  }

  function automation({ id, mode, summary }: DescribedUnit): void {
    heading(id, mode, `${summary}.`);
    for (const region of account.regions) {
      const there = runs.filter((run) => run.automation === id && run.region === region);
      if (!there.length) continue;
      const found = Math.max(...there.map((run) => run.found));
      const calls = sum(there.map((run) => run.calls.reads + run.calls.writes));
      lines.push(
        `  ${style("underline", region)}  ${style("dim", `${found} looked at, ${count(there.length, "run")}, ${count(calls, "call")}`)}`,
      );
      actionsOf(
        region,
        there.flatMap(({ actions }) => actions),
      );
      for (const run of there)
        for (const { facts = {} } of messages.filter((message) => runIn(message)?.id === run.id))
          for (const [fact, text] of Object.entries(facts))
            if (fact.startsWith("note")) labelled("! note", "yellow", plain(text));
      for (const run of there) {
        const done = of([run], "applied").filter(canGoBack).length;
        if (run.plan && !night.decided.some(({ plan }) => plan === run.plan?.id))
          command("approve", `npx nightshift approve ${run.plan.id}`, "");
        if (done)
          command(
            "undo",
            `npx nightshift undo ${run.id}`,
            `${count(done, "change")}, ${undoWindow.short}`,
          );
      }
    }
    lines.push("");
  }

  function heading(id: string, mode: string, text: string): void {
    const [first = "", ...rest] = wrap(text, width - id.length - mode.length - 4);
    lines.push(
      `${style("bold", id)}  ${style(mode === "act" ? "green" : mode === "ask" ? "cyan" : "dim", mode)}  ${style("dim", first)}`,
      ...rest.map((line) => style("dim", line)),
    );
  }

  const severity: Readonly<Record<string, Style>> = {
    info: "dim",
    warning: "yellow",
    critical: "red",
  };
  function teller({ id, kind, summary }: DescribedUnit): void {
    const told = messages.filter(({ unit, kind: of }) => unit === id && of !== "incident");
    if (kind === "signal" && !told.length) return;
    heading(id, kind, `${summary}.`);
    for (const message of told) {
      labelled(message.severity, severity[message.severity] ?? "dim", plain(message.title));
      for (const line of message.chart
        ? chartText(message.chart, timeZone).split("\n").slice(1)
        : [])
        lines.push(`${indent}${" ".repeat(columns.mark)}${line}`);
    }
    lines.push("");
  }

  /** How each went, in the words of its timeline. */
  function incidents(): void {
    if (!night.incidents?.length) return;
    heading(
      "incidents",
      "on call",
      "What signals tell of: opened, escalated when nobody takes it, over when its state says so.",
    );
    const clock = (at: Date): string => timeText(at, timeZone).slice(11, 16);
    const states = {
      open: "open, nobody has taken it",
      acknowledged: "taken",
      snoozed: "snoozed",
      resolved: "over",
    } as const;
    for (const { id, severity: how, title, state, timeline, by } of night.incidents) {
      labelled(how, severity[how] ?? "dim", plain(title));
      const said = timeline.flatMap(({ at, what, text, by: who }) => {
        if (what === "again" || what === "told") return [];
        const more = what === "escalated" ? `: ${text}` : who ? ` by ${who}` : "";
        return [`${clock(at)} ${what}${more}`];
      });
      for (const line of wrap(
        plain(`${states[state]}${by ? ` by ${by}` : ""}; ${said.join(", ")}`),
        width - columns.margin - columns.mark,
      ))
        lines.push(`${indent}${" ".repeat(columns.mark)}${style("dim", line)}`);
      command(
        ...((state === "open"
          ? ["take it", `npx nightshift incident ack ${id}`, ""]
          : ["report", `npx nightshift incident report ${id}`, ""]) as [string, string, string]),
      );
    }
    const heard = new Set(night.incidents.map(({ unit }) => unit));
    const silent = configured.units.filter(
      ({ id, kind, enabled }) => kind === "signal" && enabled && !heard.has(id),
    );
    if (silent.length)
      lines.push(
        `${indent}${style("dim", `${count(silent.length, "other signal")} listened and heard nothing`)}`,
      );
    lines.push("");
  }

  function digest(): void {
    for (const { title, severity: level, facts = {} } of messages.filter(
      ({ kind }) => kind === "digest",
    )) {
      heading("digest", "daily", "The last 24 hours in one message, also when nothing happened.");
      labelled(level, severity[level] ?? "dim", plain(title));
      for (const [fact, text] of Object.entries(facts))
        labelled("", "dim", plain(`${fact}: ${text}`));
      lines.push("");
    }
  }

  lines.push(
    "",
    `${style("bold", "Nightshift")}  ${style("dim", `${timeText(account.now, timeZone)} · account ${account.id} · ${account.regions.join(", ")} · embedded AWS`)}`,
    "",
  );
  for (const unit of configured.units)
    if (unit.enabled) unit.kind === "automation" ? automation(unit) : teller(unit);
  incidents();
  digest();

  const [done, held] = [of(runs, "applied"), of(runs, "held")];
  const total = (label: string, text: string) =>
    lines.push(`${style("dim", label.padEnd(columns.margin + columns.mark))}${text}`);
  total(
    "changes",
    `${done.length} made, ${done.filter(({ verified }) => verified).length} verified, ${done.filter(canGoBack).length} undoable, ${undo?.actions.length ?? 0} undone · ${held.length} held · ${waiting.length} wait for you · ${denied.length} denied`,
  );
  const saves = (actions: readonly ActionResult[]) =>
    sum(actions.map(({ savesPerMonth }) => savesPerMonth ?? 0));
  const more = saves(waiting) ? `, and ${dollars(saves(waiting))} once you approve` : "";
  total(
    "saves",
    `${dollars(saves(done))} a month${more}${saves(denied) ? ` · ${dollars(saves(denied))} denied` : ""}`,
  );
  total(
    "calls",
    `${sum(runs.map(({ calls }) => calls.reads))} reads and ${sum(runs.map(({ calls }) => calls.writes))} writes to AWS in ${count(runs.length, "run")} · ${count(messages.length, "message")} told · ${took.toFixed(1)} s`,
  );
  total(
    "as seeded",
    night.differences.length
      ? style("red", `no: ${count(night.differences.length, "difference")}`)
      : style("green", "yes: each thing is as it should be, by independent calls"),
  );
  for (const one of night.differences) paragraph(`✗ ${plain(one)}`, "red");
  return `${lines.join("\n")}\n`;
}

/** Names have no spaces: cut at the width, so that the columns stay. */
function wrapLong(name: string, width: number): string[] {
  return Array.from({ length: Math.ceil(name.length / width) }, (_, at) =>
    name.slice(at * width, (at + 1) * width),
  );
}
