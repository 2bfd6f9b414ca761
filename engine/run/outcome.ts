/** What a run comes to, from what became of its actions. */

import type { ActionResult, RunOutcome } from "../../ledger/result.ts";

type HasOutcome = Pick<ActionResult, "outcome">;

/** It had its effect, by this run or before it. */
export const hadEffect = ({ outcome }: HasOutcome): boolean =>
  outcome === "applied" || outcome === "already";

/** The worst that became of any of them. */
export function outcomeOf(actions: readonly HasOutcome[]): RunOutcome {
  const outcomes = new Set(actions.map(({ outcome }) => outcome));
  if (outcomes.has("failed")) return "failed";
  if (outcomes.has("waiting")) return "waiting";
  if (outcomes.has("begun")) return "begun";
  if (outcomes.has("held")) return "held";
  return actions.some(hadEffect) ? "done" : "nothing";
}

/**
 * An item holds 400 KB: beyond this many the rest is counted. What was applied comes first, and is
 * recorded on its own anyway.
 */
const mostActions = 150;

const rank: Record<ActionResult["outcome"], number> = {
  failed: 0,
  applied: 1,
  begun: 1,
  already: 2,
  waiting: 3,
  held: 4,
};

/** As many as a run's record and message hold, the worst first. */
export const recordable = (actions: readonly ActionResult[]): ActionResult[] =>
  actions.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]).slice(0, mostActions);
