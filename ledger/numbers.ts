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

type Counted = Pick<ActionResult, "outcome" | "held" | "undo" | "savesPerMonth">;

export function numbersOf(actions: readonly Counted[]): ActionNumbers {
  const numbers = { ...nobody };
  for (const { outcome, held, undo, savesPerMonth } of actions) {
    numbers[outcome === "held" && held?.by === "watch" ? "watched" : outcome] += 1;
    const isFinal = "irreversible" in undo;
    const stands = outcome === "applied" || outcome === "begun";
    if (stands && !isFinal) numbers.undoable += 1;
    if (outcome === "waiting" && isFinal) numbers.final += 1;
    const isDone = outcome === "applied" || outcome === "already";
    numbers[isDone ? "saves" : "wouldSave"] += savesPerMonth ?? 0;
  }
  return numbers;
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
  const names = Object.keys(nobody) as (keyof ActionNumbers)[];
  const sums = names.map((name) => [name, run[name] - was[name] + ends[name]]);
  return { ...run, ...Object.fromEntries(sums) };
}
