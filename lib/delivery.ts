/**
 * How hard it is tried to deliver, everywhere: EventBridge and Lambda drop silently where nothing
 * is said.
 */
import { hours, minutes } from "../sdk/time.ts";

/** From a rule to its target. EventBridge's own most. */
export const ruleRetries = {
  maximumRetryAttempts: 185,
  maximumEventAgeInSeconds: hours(24).seconds,
};
/**
 * From a schedule to its function: a run past its window only watches, so late is of little use.
 */
export const scheduleRetries = {
  maximumRetryAttempts: 20,
  maximumEventAgeInSeconds: hours(2).seconds,
};
/** Inside Lambda, of an asynchronous invocation that failed. Lambda's own most. */
export const invocationRetries = {
  maximumRetryAttempts: 2,
  maximumEventAgeInSeconds: hours(6).seconds,
};
/**
 * From the ledger's stream: one poison record must not block its shard for the 24 hours that the
 * stream keeps.
 */
export const streamRetries = {
  maximumRetryAttempts: 20,
  maximumRecordAgeInSeconds: hours(6).seconds,
};

/** How long a unit may take, and undo, which does a unit's work; Lambda's most. */
export const unitTimeout = minutes(15);
/** How long the others may take. */
export const sharedTimeout = minutes(5);
