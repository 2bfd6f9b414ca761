/** What became of an intent, written as it comes (rule: outcomes-at-once). */

import { type ActionRecord, actionItem, putAction, unlock } from "./actions.ts";
import { keys, type Writer } from "./keys.ts";
import type { Step, Store } from "./store.ts";
import { asLastChange } from "./story.ts";
import { completeTrace, traceSteps } from "./traces.ts";

/**
 * Writes an outcome and gives the lock back; a success becomes the target's last change.
 * @param also what else must be true at the same moment
 */
export async function settle(
  store: Store,
  writer: Writer,
  record: ActionRecord,
  also: readonly Step[] = [],
): Promise<void> {
  const steps = [putAction(writer, record), ...following(writer, record), ...also];
  const lost = await store.transact([...steps, unlock(record)]);
  // The lease was over and another has the lock now, or it is given back already: the outcome
  // stands all the same.
  if (lost.length) await store.transact(steps);
}

/** What follows from an outcome: the target's last change, or that `once` is free again. */
function following(writer: Writer, record: ActionRecord): Step[] {
  const { outcome, once, target } = record;
  const traces = writer === "unit" ? traceSteps(record) : [];
  if (outcome === "applied") return [asLastChange(writer, record), ...traces];
  const withoutEffect = outcome === "failed" || outcome === "held";
  if (withoutEffect && once !== null) return [{ remove: keys.once(record, target, once) }];
  return [];
}

/**
 * Writes that it failed, unless its outcome stands: what failed may have been the answer to that
 * alone. Gives the lock back.
 */
export async function giveUp(store: Store, writer: Writer, record: ActionRecord): Promise<void> {
  const failure = putAction(writer, record, { attr: "state", eq: "intended" });
  const lost = await store.transact([failure, unlock(record)]);
  if (lost.length && !lost.includes(0)) await store.transact([failure]);
}

/** Completes a record that is settled already: what verification saw. */
export async function amend(store: Store, record: ActionRecord): Promise<void> {
  await store.put(actionItem("unit", record));
  await completeTrace(store, record);
}
