/**
 * What remembers where a flow is, and lets it wait without running: a port. `durable.ts` and
 * `ledger-steps.ts` are the two behind it, and both pass the same tests.
 */
import { isThrottlingError } from "@smithy/core/retry";
import { Crowded, inDoubt, TryAgain } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Pace } from "../../sdk/flow.ts";
import { minutes, type Span, seconds } from "../../sdk/time.ts";

/** Names are told apart by their beginning: each has its place in the flow. */
export interface Steps {
  /**
   * Does it once for the whole flow, and gives back what it gave, through `sdk/codec.ts`. What may
   * pass by itself is done again later, as `pauseAfter` says; what fails for good is remembered too.
   * @throws {StepFailed}
   */
  once<T>(name: string, act: () => Promise<T>): Promise<T>;
  /** Asks every so often, until there is an answer. `undefined`: there was none in time. */
  until<T>(name: string, ask: () => Promise<T | undefined>, pace: Pace): Promise<T | undefined>;
  /** How long from now nobody else must take the flow up, when it is asked again after this span. */
  quietFor(every: Span): Span;
}

/** A step that failed for good, in words: the error itself does not survive a wait. */
export class StepFailed extends Error {}

/** Some twenty minutes altogether: longer than a run that is still to be recorded. */
const pauses = [5, 10, 20, 40, 80, 160, 320, 600].map(seconds);

/** What waits for its turn is asked so often, until the flow's time is over. */
const turnPause = minutes(10);

/** Whether it may go well when it is done again: AWS was not reached, was busy or was throttling. */
export function mayPass(error: unknown): boolean {
  if (error instanceof TryAgain) return true;
  if (!(error instanceof Error)) return false;
  const fields: unknown = error;
  const answered = isFields(fields) && "$metadata" in fields;
  const { name, message } = error;
  if (answered) return inDoubt(error) || isThrottlingError({ name, message });
  return error.name === "TimeoutError" || (isFields(fields) && "code" in fields);
}

/**
 * How long to wait before a step is done again.
 * @param tries how often it has failed
 * @returns `undefined`: not at all
 */
export function pauseAfter(error: unknown, tries: number): Span | undefined {
  if (error instanceof Crowded) return turnPause;
  return mayPass(error) ? pauses[tries - 1] : undefined;
}
