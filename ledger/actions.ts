/**
 * What is done to a target: the intent with its lock before the call, the outcome after it
 * (rules: exactly-one-effect, retries-are-deliveries, leases, outcomes-at-once).
 */

import { keys, type Place, type Writer } from "./keys.ts";
import type { ActionOutcome, Held } from "./result.ts";
import type { Condition, Item, Step, Store } from "./store.ts";

export interface CallData {
  readonly operation: string;
  readonly input: object;
}

/** One proposal with what became of it. */
export interface ActionRecord extends Place {
  readonly id: string;
  readonly run: string;
  readonly at: Date;
  readonly target: string;
  readonly within: string | null;
  readonly because: string;
  /** Of target, operation and input. */
  readonly digest: string;
  readonly call: CallData;
  /** The way back as the proposal gave it; `null`: the operation's own inverse. */
  readonly undo: readonly CallData[] | null;
  readonly once: string | null;
  readonly savesPerMonth: number | null;
  /** The target's state before, and as it was seen after verification. */
  readonly before: unknown;
  readonly after?: unknown;
  /** `intended`: sent, or about to be; nobody knows yet. */
  readonly outcome: "intended" | Exclude<ActionOutcome, "waiting">;
  /** What AWS answered, where the way back needs it. */
  readonly output?: unknown;
  readonly verified: true | null;
  readonly held: Held | null;
  readonly error: string | null;
  /**
   * Tells this attempt from others with the same id, where no claim does: theirs is another lock.
   */
  readonly attempt?: string;
  /** The action that this one takes back. */
  readonly undoes?: string;
  readonly by?: string;
}

const item = (writer: Writer, record: ActionRecord): Item => ({
  ...keys.action(writer, record.unit, record.run, record.id),
  type: "action",
  state: record.outcome,
  body: record,
});
const put = (writer: Writer, record: ActionRecord, condition?: Condition): Step => ({
  put: item(writer, record),
  ...(condition && { if: condition }),
});

const holder = ({ id, attempt }: ActionRecord): string =>
  attempt === undefined ? id : `${id}#${attempt}`;

const locked = (record: ActionRecord, lease: Date, now: Date): Step => ({
  put: {
    ...keys.lock(record, record.target),
    type: "lock",
    holder: holder(record),
    lease: lease.getTime(),
    ttl: Math.floor(lease.getTime() / 1000) + 86_400,
    body: { run: record.run },
  },
  if: {
    or: [
      { attr: "pk", exists: false },
      { attr: "lease", lt: now.getTime() },
      { attr: "holder", eq: holder(record) },
    ],
  },
});

const told = (writer: Writer, record: ActionRecord, sk: string): Step => ({
  put: {
    pk: keys.story(writer, record, record.target),
    sk,
    type: "story",
    body: { run: record.run, action: record.id, at: record.at },
  },
});

/** A transaction takes 100 items, an intent up to four. */
const mostTogether = 25;

interface Intended {
  /** The records that may act. */
  readonly begun: readonly ActionRecord[];
  /** Why each other may not, by its id. */
  readonly lost: ReadonlyMap<string, Held>;
}

/**
 * Writes the intents and takes the locks, all or nothing; those that lose are taken out and the
 * rest tried again.
 */
export async function intend(
  store: Store,
  writer: Writer,
  records: readonly ActionRecord[],
  lease: Date,
  now: Date,
): Promise<Intended> {
  const begun: ActionRecord[] = [];
  const lost = new Map<string, Held>();
  for (let from = 0; from < records.length; from += mostTogether) {
    const some = await together(
      store,
      writer,
      records.slice(from, from + mostTogether),
      lease,
      now,
    );
    begun.push(...some.begun);
    for (const [id, held] of some.lost) lost.set(id, held);
  }
  return { begun, lost };
}

async function together(
  store: Store,
  writer: Writer,
  records: readonly ActionRecord[],
  lease: Date,
  now: Date,
): Promise<Intended> {
  const lost = new Map<string, Held>();
  let left = [...records];
  while (left.length) {
    const steps: { readonly of: ActionRecord; readonly step: Step; readonly held: Held }[] =
      left.flatMap((record) => [
        {
          of: record,
          step: locked(record, lease, now),
          held: { by: "lock", why: "another run is changing it at this moment" },
        },
        // An outcome stands: a late attempt of the same run must not send it again.
        {
          of: record,
          step: put(writer, record, {
            or: [
              { attr: "pk", exists: false },
              { attr: "state", eq: "intended" },
              { attr: "state", eq: "failed" },
              { attr: "state", eq: "held" },
            ],
          }),
          held: { by: "lock", why: "another attempt of this run has done it" },
        },
        {
          of: record,
          step: told(writer, record, `${record.at.toISOString()}#${record.id}`),
          held: { by: "lock", why: "it could not be recorded" },
        },
        ...(record.once === null
          ? []
          : [
              {
                of: record,
                step: {
                  put: {
                    ...keys.once(record, record.target, record.once),
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
                } satisfies Step,
                held: { by: "once", why: `it was already done for ${record.once}` },
              },
            ]),
      ]);
    const failed = await store.transact(steps.map(({ step }) => step));
    if (!failed.length) break;
    for (const index of failed) {
      const step = steps[index];
      if (step && !lost.has(step.of.id)) lost.set(step.of.id, step.held);
    }
    left = left.filter(({ id }) => !lost.has(id));
  }
  return { begun: left, lost };
}

/** How long it may matter: a run is taken up within days. */
const sentSeconds = 30 * 86_400;

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
    ttl: Math.floor(at.getTime() / 1000) + sentSeconds,
    body: records.map(({ id }) => id),
  });
}

/** Whether an intent may have been sent. */
export const maybeSent = async (
  store: Store,
  { unit, run, at, id }: ActionRecord,
): Promise<boolean> =>
  (((await store.get(keys.sent(unit, run, at)))?.body ?? []) as string[]).includes(id);

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
  const without = record.outcome === "failed" || record.outcome === "held";
  const steps: Step[] = [
    put(writer, record),
    ...(record.outcome === "applied" ? [told(writer, record, "last")] : []),
    ...(without && record.once !== null
      ? [{ remove: keys.once(record, record.target, record.once) } satisfies Step]
      : []),
    ...also,
  ];
  const lost = await store.transact([
    ...steps,
    { remove: keys.lock(record, record.target), if: { attr: "holder", eq: holder(record) } },
  ]);
  // The lease was over and another has the lock now, or it is given back already: the outcome
  // stands all the same.
  if (lost.length) await store.transact(steps);
}

/**
 * Writes that it failed, unless its outcome stands: what failed may have been the answer to that
 * alone. Gives the lock back.
 */
export async function giveUp(store: Store, writer: Writer, record: ActionRecord): Promise<void> {
  const step = put(writer, record, { attr: "state", eq: "intended" });
  const lost = await store.transact([
    step,
    { remove: keys.lock(record, record.target), if: { attr: "holder", eq: holder(record) } },
  ]);
  if (lost.length && !lost.includes(0)) await store.transact([step]);
}

/** Completes a record that is settled already: what verification saw. */
export const amend = (store: Store, writer: Writer, record: ActionRecord): Promise<boolean> =>
  store.put(item(writer, record));

export async function actionsOf(
  store: Store,
  writer: Writer,
  unit: string,
  run: string,
): Promise<ActionRecord[]> {
  const items = await Array.fromAsync(
    store.query(keys.run(writer, unit, run).pk, { prefix: "action#" }),
  );
  return items.map(({ body }) => body as ActionRecord);
}

export const actionById = async (
  store: Store,
  writer: Writer,
  unit: string,
  run: string,
  id: string,
): Promise<ActionRecord | undefined> =>
  (await store.get(keys.action(writer, unit, run, id)))?.body as ActionRecord | undefined;

export interface LastChange {
  readonly run: string;
  readonly action: string;
  readonly at: Date;
}

/** When this automation last changed the target successfully. */
export const lastChange = async (
  store: Store,
  place: Place,
  target: string,
): Promise<LastChange | undefined> =>
  (await store.get({ pk: keys.story("unit", place, target), sk: "last" }))?.body as
    | LastChange
    | undefined;

/**
 * All that was done to a target by one unit, in order of time.
 * @param since begun later than this; absent: all
 */
export async function* story(
  store: Store,
  writer: Writer,
  place: Place,
  target: string,
  since?: Date,
): AsyncIterable<ActionRecord> {
  // Beyond the time's own item: an id is not sorted by time.
  for await (const { sk, body } of store.query(
    keys.story(writer, place, target),
    since && { from: `${since.toISOString()}$` },
  )) {
    if (sk === "last") continue;
    const { run, action } = body as LastChange;
    const record = await actionById(store, writer, place.unit, run, action);
    if (record) yield record;
  }
}
