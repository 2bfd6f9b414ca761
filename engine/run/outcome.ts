/** What a run comes to, from what became of its actions. */

import type { ActionResult, RunOutcome, UnjudgedTargets } from "../../ledger/result.ts";

type HasOutcome = Pick<ActionResult, "outcome">;

/** It had its effect, by this run or before it. */
export const hadEffect = ({ outcome }: HasOutcome): boolean =>
  outcome === "applied" || outcome === "already";

/**
 * What a run as a whole came to. One that changed something and held the rest is done: what is held
 * is counted beside it.
 */
export function outcomeOf(
  actions: readonly HasOutcome[],
  unjudged?: UnjudgedTargets | undefined,
): RunOutcome {
  const worst = worstOf(actions);
  if (worst === "nothing" && unjudged) return "held";
  return worst === "held" && actions.some(hadEffect) ? "done" : worst;
}

/** The worst that became of any of them: of an undo, which was asked for all of it. */
export function worstOf(actions: readonly HasOutcome[]): RunOutcome {
  const outcomes = new Set(actions.map(({ outcome }) => outcome));
  if (outcomes.has("failed")) return "failed";
  if (outcomes.has("waiting")) return "waiting";
  if (outcomes.has("begun")) return "begun";
  if (outcomes.has("held")) return "held";
  return actions.some(hadEffect) ? "done" : "nothing";
}
