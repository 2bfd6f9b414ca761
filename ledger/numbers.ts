/**
 * How many of a run's actions came to what. A record and a message list some of the actions; what
 * they count is all of them.
 */
import type { ActionOutcome, ActionResult, RunResult } from "./result.ts";

/** `held`: by anything but the mode `watch`, whose are the `watched`. */
export interface ActionNumbers extends Readonly<Record<ActionOutcome, number>> {
  readonly watched: number;
  /** Of those applied or begun: what can be taken back. */
  readonly undoable: number;
  /** Of those that wait: what could not be taken back. */
  readonly final: number;
  /** In US dollars a month, of what was done. */
  readonly saves: number;
  /** In US dollars a month, of what was not. */
  readonly wouldSave: number;
  /** Of what was done: what saves what nobody knows. Records of before do not say. */
  readonly unpriced?: number;
  /** Of what was not. */
  readonly wouldUnpriced?: number;
}

const nobody: ActionNumbers = {
  failed: 0,
  applied: 0,
  already: 0,
  begun: 0,
  waiting: 0,
  watched: 0,
  held: 0,
  undoable: 0,
  final: 0,
  saves: 0,
  wouldSave: 0,
};

/** Absent where there are none. */
const seldom = ["unpriced", "wouldUnpriced"] as const;

type Counted = Pick<ActionResult, "outcome" | "held" | "undo" | "savesPerMonth" | "unpriced">;

export function numbersOf(actions: readonly Counted[]): ActionNumbers {
  const numbers = { ...nobody };
  let [unpriced, wouldUnpriced] = [0, 0];
  for (const { outcome, held, undo, savesPerMonth, unpriced: isUnpriced } of actions) {
    numbers[outcome === "held" && held?.by === "watch" ? "watched" : outcome] += 1;
    const isFinal = "irreversible" in undo;
    const stands = outcome === "applied" || outcome === "begun";
    if (stands && !isFinal) numbers.undoable += 1;
    if (outcome === "waiting" && isFinal) numbers.final += 1;
    const isDone = outcome === "applied" || outcome === "already";
    numbers[isDone ? "saves" : "wouldSave"] += savesPerMonth ?? 0;
    if (isUnpriced && isDone) unpriced += 1;
    else if (isUnpriced) wouldUnpriced += 1;
  }
  return { ...numbers, ...(unpriced && { unpriced }), ...(wouldUnpriced && { wouldUnpriced }) };
}

/** As it was recorded with the run; records of before list all of their actions. */
export const numbersIn = ({ numbers, actions }: Pick<RunResult, "numbers" | "actions">) =>
  numbers ?? numbersOf(actions);

/** All of them. */
export const allOf = ({
  failed,
  applied,
  already,
  begun,
  waiting,
  watched,
  held,
}: ActionNumbers): number => failed + applied + already + begun + waiting + watched + held;

/** What a run's flows came to, in place of that they were begun. */
export function withEnds(
  run: ActionNumbers,
  was: ActionNumbers,
  ends: ActionNumbers,
): ActionNumbers {
  const names = [...Object.keys(nobody), ...seldom] as (keyof ActionNumbers)[];
  const sums = names
    .map((name) => [name, (run[name] ?? 0) - (was[name] ?? 0) + (ends[name] ?? 0)] as const)
    .filter(([name, sum]) => sum !== 0 || run[name] !== undefined);
  return { ...run, ...Object.fromEntries(sums) };
}
