/**
 * Before a call its intent is written and the target's lock taken, all or nothing (rules:
 * exactly-one-effect, leases).
 */

import { chunks } from "../sdk/chunks.ts";
import { days } from "../sdk/time.ts";
import { type ActionRecord, lockHolder, lockKey, putAction } from "./actions.ts";
import { keys, type Writer } from "./keys.ts";
import type { Lease } from "./lease.ts";
import type { Held } from "./result.ts";
import type { Condition, Item, Step, Store } from "./store.ts";
import { partOfStory } from "./story.ts";
import { ttlAfter } from "./ttl.ts";

/** A transaction takes 100 items, an intent up to four. */
const mostTogether = 25;

/** How much longer than its lease a lock that nobody gave back can be looked up. */
const lockKept = days(1);

export interface Intended {
  /** The records that may act. */
  readonly begun: readonly ActionRecord[];
  /** Why each other may not, by its id. */
  readonly lost: ReadonlyMap<string, Held>;
}

/** Where records are written, by whom, and for how long. */
export interface IntentWriting {
  readonly store: Store;
  readonly writer: Writer;
  readonly lease: Lease;
}

/** Writes the intents; those that lose are taken out and the rest tried again. */
export async function intend(
  writing: IntentWriting,
  records: readonly ActionRecord[],
): Promise<Intended> {
  const begun: ActionRecord[] = [];
  const lost = new Map<string, Held>();
  for (const some of chunks(records, mostTogether)) {
    const intended = await intendTogether(writing, some);
    begun.push(...intended.begun);
    for (const [id, held] of intended.lost) lost.set(id, held);
  }
  return { begun, lost };
}

async function intendTogether(
  writing: IntentWriting,
  records: readonly ActionRecord[],
): Promise<Intended> {
  const lost = new Map<string, Held>();
  let left = [...records];
  while (left.length) {
    const parts = left.flatMap((record) => partsOf(writing, record));
    const failed = await writing.store.transact(parts.map(({ step }) => step));
    if (!failed.length) break;
    for (const index of failed) {
      const part = parts[index];
      if (part && !lost.has(part.id)) lost.set(part.id, part.held);
    }
    left = left.filter(({ id }) => !lost.has(id));
  }
  return { begun: left, lost };
}

/** A step of one record's intent, and what it means when its condition does not hold. */
interface IntentPart {
  readonly id: string;
  readonly step: Step;
  readonly held: Held;
}

function partsOf({ writer, lease }: IntentWriting, record: ActionRecord): IntentPart[] {
  const { id, once } = record;
  const part = (step: Step, by: string, why: string): IntentPart => ({
    id,
    step,
    held: { by, why },
  });
  const parts = [
    part(lock(record, lease), "lock", "another run is changing it at this moment"),
    part(
      putAction(writer, record, withoutOutcome),
      "lock",
      "another attempt of this run has done it",
    ),
    part(partOfStory(writer, record), "lock", "it could not be recorded"),
  ];
  if (once === null) return parts;
  return [...parts, part(onlyOnce(record, once), "once", `it was already done for ${once}`)];
}

/** An outcome stands: a late attempt of the same run must not send it again. */
const withoutOutcome: Condition = {
  or: [
    { attr: "pk", exists: false },
    { attr: "state", eq: "intended" },
    { attr: "state", eq: "failed" },
    { attr: "state", eq: "held" },
  ],
};

const lockUntil = (record: ActionRecord, until: Date): Item => ({
  ...lockKey(record),
  type: "lock",
  holder: lockHolder(record),
  lease: until.getTime(),
  ttl: ttlAfter(until, lockKept),
  body: { run: record.run },
});

const lock = (record: ActionRecord, { from, until }: Lease): Step => ({
  put: lockUntil(record, until),
  if: {
    or: [
      { attr: "pk", exists: false },
      { attr: "lease", lt: from.getTime() },
      { attr: "holder", eq: lockHolder(record) },
    ],
  },
});

/** Lets a lock that is held go on, for work that waits. */
export const prolonged = (record: ActionRecord, until: Date): Step => ({
  put: lockUntil(record, until),
  if: { attr: "holder", eq: lockHolder(record) },
});

const onlyOnce = (record: ActionRecord, once: string): Step => ({
  put: {
    ...keys.once(record, record.target, once),
    type: "once",
    holder: record.id,
    body: { run: record.run },
  },
  if: {
    or: [
      { attr: "pk", exists: false },
      { attr: "holder", eq: record.id },
    ],
  },
});

/** How long it may matter: a run is taken up within days. */
const sentKept = days(30);

/**
 * Says of intents of one moment that they are about to be sent: until then they have changed
 * nothing, whatever becomes of the process.
 */
export async function beforeSending(store: Store, records: readonly ActionRecord[]): Promise<void> {
  const [first] = records;
  if (!first) return;
  const { unit, run, at } = first;
  await store.put({
    ...keys.sent(unit, run, at),
    type: "sent",
    ttl: ttlAfter(at, sentKept),
    body: records.map(({ id }) => id),
  });
}

/** Whether an intent may have been sent. */
export async function maybeSent(
  store: Store,
  { unit, run, at, id }: ActionRecord,
): Promise<boolean> {
  const found = await store.get(keys.sent(unit, run, at));
  return ((found?.body ?? []) as readonly string[]).includes(id);
}
