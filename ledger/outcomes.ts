/** What became of an intent, written as it comes (rule: outcomes-at-once). */

import { weighedChunks } from "../sdk/chunks.ts";
import { type ActionRecord, actionItem, putAction, unlock } from "./actions.ts";
import { keys, type Writer } from "./keys.ts";
import { mostSteps, type PlannedStep, transactWithout, weightOf } from "./optional.ts";
import type { Step, Store } from "./store.ts";
import { asLastChange } from "./story.ts";
import { completedTrace, traceSteps } from "./traces.ts";

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
  const steps = [...outcomeSteps(writer, record), ...also.map((step) => ({ step }))];
  await transactWithout(store, steps);
}

/** An outcome, and what else is true at the same moment. */
export interface SettledRecord {
  readonly record: ActionRecord;
  readonly also?: readonly Step[];
}

/** Writes the outcomes of what was sent together, in as few transactions as hold them. */
export async function settleAll(
  store: Store,
  writer: Writer,
  settled: readonly SettledRecord[],
): Promise<void> {
  const each = settled.map(({ record, also = [] }) => [
    ...also.map((step) => ({ step })),
    ...outcomeSteps(writer, record),
  ]);
  const transactions = [...weighedChunks(each, inTransactions)];
  await Promise.all(transactions.map((some) => transactWithout(store, some.flat())));
}

/** What belongs to one record stays together. */
const inTransactions = {
  length: mostSteps,
  weight: (steps: readonly unknown[]) => weightOf(steps, steps.length),
  most: mostSteps,
};

const outcomeSteps = (writer: Writer, record: ActionRecord): PlannedStep[] => [
  ...[putAction(writer, record), ...following(writer, record)].map((step) => ({ step })),
  // The lease may be over and another have the lock now, or it is given back already: the outcome
  // stands all the same.
  { step: unlock(record), optional: true },
];

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

/** What completes a record that is settled already: what verification saw. */
const amendment = (record: ActionRecord): PlannedStep[] => {
  const trace = completedTrace(record);
  const steps: PlannedStep[] = [{ step: { put: actionItem("unit", record) } }];
  return trace ? [...steps, { step: trace, optional: true }] : steps;
};

/**
 * Completes records that are settled already, all but those for which another transaction has room.
 * @param room how many steps that takes beside its own
 * @returns the steps that it is to take along
 */
export async function amendAll(
  store: Store,
  records: readonly ActionRecord[],
  room: number,
): Promise<readonly PlannedStep[]> {
  const transactions = [
    ...weighedChunks(records.map(amendment), { ...inTransactions, most: room }),
  ];
  const last = transactions.pop() ?? [];
  await Promise.all(transactions.map((some) => transactWithout(store, some.flat())));
  return last.flat();
}
