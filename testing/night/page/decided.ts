/** Which actions wait, and what a person said to them. */

import type { StoredPlan } from "../../../ledger/plans.ts";
import type { ActionResult, RunResult } from "../../../ledger/result.ts";
import { savingOf } from "../../../sdk/saving.ts";
import type { MorningDecision } from "../morning.ts";
import type { Night } from "../one-night.ts";

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

export const actionsWith = (
  runs: readonly RunResult[],
  outcome: ActionResult["outcome"],
): ActionResult[] =>
  runs.flatMap(({ actions }) => actions.filter((action) => action.outcome === outcome));

export const canGoBack = ({ undo }: ActionResult): boolean => !("irreversible" in undo);

/** Dollars a month: of the sample's prices every one is known. */
export const savingsOf = (actions: readonly ActionResult[]): number => savingOf(actions).known;

type Deciding = Pick<Night, "plans" | "decided">;

export const planOf = ({ plans }: Deciding, { id }: ActionResult): StoredPlan | undefined =>
  plans.find(({ run }) => id.startsWith(`${run}.`));

/** On what waited, and on what was carried out for it. */
export function verdictOn(night: Deciding, action: ActionResult): MorningDecision | undefined {
  if (action.outcome === "waiting") {
    const waitsFor = planOf(night, action)?.id;
    return night.decided.find(({ plan }) => plan === waitsFor);
  }
  return night.decided.find(({ run }) => run !== undefined && action.id.startsWith(`${run.id}.`));
}

/** What waited and was approved is shown where it was done. */
export const isElsewhere = (night: Deciding, action: ActionResult): boolean =>
  action.outcome === "waiting" &&
  (verdictOn(night, action)?.run?.actions.some(({ target }) => target === action.target) ?? false);

export const wasDenied = (night: Deciding, action: ActionResult): boolean =>
  action.outcome === "waiting" && verdictOn(night, action)?.verdict === "deny";
