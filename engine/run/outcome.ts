/** What a run comes to, from what became of its actions. */

import type { ActionResult, RunOutcome, UnjudgedTargets } from "../../ledger/result.ts";

type HasOutcome = Pick<ActionResult, "outcome">;

/** It had its effect, by this run or before it. */
export const hadEffect = ({ outcome }: HasOutcome): boolean =>
  outcome === "applied" || outcome === "already";

/** The worst that became of any of them. */
export function outcomeOf(
  actions: readonly HasOutcome[],
  unjudged?: UnjudgedTargets | undefined,
): RunOutcome {
  const outcomes = new Set(actions.map(({ outcome }) => outcome));
  if (outcomes.has("failed")) return "failed";
  if (outcomes.has("waiting")) return "waiting";
  if (outcomes.has("held")) return "held";
  if (actions.some(hadEffect)) return "done";
  return unjudged ? "held" : "nothing";
}
