/** Transactions in which some steps matter less than the others. */
import { serialise } from "../sdk/codec.ts";
import type { Step, Store } from "./store.ts";

export interface PlannedStep {
  readonly step: Step;
  /** Where its condition does not hold, the others are made without it. */
  readonly optional?: true;
}

/** What a transaction of DynamoDB takes. */
export const mostSteps = 100;

/** It takes 4 MB too: a part of that for each step. */
const bytesPerStep = 35_000;

/**
 * What of a transaction a record takes with all that belongs to it, in steps.
 * @param steps how many they are
 */
export const weightOf = (record: unknown, steps: number): number =>
  Math.max(steps, Math.ceil(Buffer.byteLength(serialise(record)) / bytesPerStep));

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
