/**
 * Before a call its intent is written and the target's lock taken, all or nothing (rules:
 * exactly-one-effect, leases).
 */

import { weighedChunks } from "../sdk/chunks.ts";
import { TryAgain } from "../sdk/errors.ts";
import { days } from "../sdk/time.ts";
import { type ActionRecord, lockHolder, lockKey, putAction } from "./actions.ts";
import { type Changers, changersOf, joinChangers } from "./changers.ts";
import { keys, type Writer } from "./keys.ts";
import type { Lease } from "./lease.ts";
import { mostSteps, weightOf } from "./optional.ts";
import type { Held } from "./result.ts";
import type { Condition, Item, Step, Store } from "./store.ts";
import { partOfStory } from "./story.ts";
import { ttlAfter } from "./ttl.ts";

/** How much longer than its lease a lock that nobody gave back can be looked up. */
const lockKept = days(1);

/** How often it is looked again who else has changed a target. */
const mostTries = 10;

export interface Intended {
  /** The records that may act. */
  readonly begun: readonly ActionRecord[];
  /** Why each other may not, by its id. */
  readonly lost: ReadonlyMap<string, Held>;
  /** The condition of what was to be written first does not hold: none of them may. */
  readonly refused?: true;
}

/** Where records are written, by whom, and for how long. */
export interface IntentWriting {
  readonly store: Store;
  readonly writer: Writer;
  readonly lease: Lease;
  /** By target, who has changed it, where somebody has just read that. */
  readonly changers?: ReadonlyMap<string, Changers | undefined>;
}

/**
 * Writes the intents; those that lose are taken out and the rest tried again.
 * @param first what is written with the first of them: none is where its condition does not hold
 */
export async function intend(
  writing: IntentWriting,
  records: readonly ActionRecord[],
  first?: Step,
): Promise<Intended> {
  const intending = await Intending.begin(writing, records);
  const groups = intending.groups(records, first ? 1 : 0);
  const leading = first ? [await intending.together(groups.shift() ?? [], first)] : [];
  if (leading.includes(refused)) return { begun: [], lost: new Map(), refused: true };
  const following = await Promise.all(groups.map((group) => intending.together(group)));
  const begun = [...leading, ...following].flatMap((some) => (some === refused ? [] : some));
  return { begun, lost: intending.lost };
}

const refused = "refused";

/** A step of one record's intent, and what it means when its condition does not hold. */
interface IntentPart {
  readonly record: ActionRecord;
  readonly step: Step;
  /** Absent: who else has changed the target is read again. */
  readonly held?: Held;
}

/** The intents of one moment while they are written. */
class Intending {
  /** Why each that may not act may not, by its id. */
  readonly lost = new Map<string, Held>();
  readonly #writing: IntentWriting;
  readonly #changers: Map<string, Changers | undefined>;

  constructor(writing: IntentWriting, changers: Map<string, Changers | undefined>) {
    this.#writing = writing;
    this.#changers = changers;
  }

  static async begin(writing: IntentWriting, records: readonly ActionRecord[]): Promise<Intending> {
    const { changers, writer } = writing;
    const intending = new Intending(writing, new Map(changers));
    if (!changers && writer === "unit") await intending.#readChangers(records);
    return intending;
  }

  /** As many as a transaction takes, each with all that belongs to it. */
  groups(records: readonly ActionRecord[], beside: number): ActionRecord[][] {
    const weight = (record: ActionRecord) => weightOf(record, this.#partsOf(record).length);
    return [...weighedChunks(records, { length: mostSteps, weight, most: mostSteps - beside })];
  }

  /** @returns those that may act */
  async together(
    records: readonly ActionRecord[],
    first?: Step,
  ): Promise<readonly ActionRecord[] | typeof refused> {
    const beside = first ? [first] : [];
    let left = records;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const parts = left.flatMap((record) => this.#partsOf(record));
      const steps = [...beside, ...parts.map(({ step }) => step)];
      if (!steps.length) return left;
      const failed = await this.#writing.store.transact(steps);
      if (!failed.length) return left;
      if (first && failed.includes(0)) return refused;
      const failedParts = failed.flatMap((index) => parts[index - beside.length] ?? []);
      await this.#takeOut(failedParts);
      left = left.filter(({ id }) => !this.lost.has(id));
    }
    throw new TryAgain("what is about to be changed is being changed by many others");
  }

  async #takeOut(failed: readonly IntentPart[]): Promise<void> {
    for (const { record, held } of failed)
      if (held && !this.lost.has(record.id)) this.lost.set(record.id, held);
    await this.#readChangers(failed.flatMap(({ record, held }) => (held ? [] : [record])));
  }

  async #readChangers(records: readonly ActionRecord[]): Promise<void> {
    const read = async (record: ActionRecord) =>
      this.#changers.set(record.target, await changersOf(this.#writing.store, record));
    await Promise.all(records.map(read));
  }

  #partsOf(record: ActionRecord): IntentPart[] {
    const { writer, lease } = this.#writing;
    const { once, target } = record;
    const part = (step: Step, by: string, why: string): IntentPart => ({
      record,
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
    const joins = writer === "unit" && joinChangers(record, this.#changers.get(target));
    if (joins) parts.push({ record, step: joins });
    if (once !== null)
      parts.push(part(onlyOnce(record, once), "once", `it was already done for ${once}`));
    return parts;
  }
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
