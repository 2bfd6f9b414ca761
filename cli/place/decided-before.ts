/** Whether somebody has decided on a plan already, and what became of it. */
import type { Decision } from "../../ledger/decisions.ts";
import { fateOf, type PlanFate } from "../../ledger/plan-fate.ts";
import { planById } from "../../ledger/plans.ts";
import type { Store } from "../../ledger/store.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { carriedText } from "../io/plan-text.ts";

export interface DecidedBefore {
  readonly decision: Decision;
  readonly state: PlanFate["state"];
  /** What became of it, in sentences. */
  readonly became: string;
}

/**
 * @returns nothing where nobody has, or where whoever asks may not read it: to decide is another
 * right
 */
export async function decidedBefore(
  store: Store,
  id: string,
  now: Date,
): Promise<DecidedBefore | undefined> {
  try {
    const plan = await planById(store, id);
    const fate = plan && (await fateOf(store, plan, now));
    if (!fate || !("decision" in fate)) return undefined;
    return { decision: fate.decision, state: fate.state, became: carriedText(fate) };
  } catch {
    return undefined;
  }
}

/** What is refused because somebody was first says what became of that. */
export async function sayingWhatBecame<T>(
  before: DecidedBefore | undefined,
  decide: () => Promise<T>,
): Promise<T> {
  try {
    return await decide();
  } catch (error) {
    if (!before || !(error instanceof NotPossible)) throw error;
    throw new NotPossible(`${error.message}. ${before.became}`, { cause: error });
  }
}
