/** Transactions in which some steps matter less than the others. */
import type { Step, Store } from "./store.ts";

export interface PlannedStep {
  readonly step: Step;
  /** Where its condition does not hold, the others are made without it. */
  readonly optional?: true;
}

/** What a transaction of DynamoDB takes. */
export const mostSteps = 100;

/**
 * All or nothing, but for what may be left out.
 * @returns the steps that may not, and whose conditions do not hold; none: it is done
 */
export async function transactWithout(
  store: Store,
  planned: readonly PlannedStep[],
): Promise<readonly PlannedStep[]> {
  let left = planned;
  while (left.length) {
    const lost = new Set(await store.transact(left.map(({ step }) => step)));
    const failed = left.filter((_, at) => lost.has(at));
    const needed = failed.filter(({ optional }) => !optional);
    if (needed.length || !failed.length) return needed;
    left = left.filter((_, at) => !lost.has(at));
  }
  return [];
}
