/** One proposal with what became of it, and how it lies in the table. */

import { keys, type PlacedTarget, type Writer } from "./keys.ts";
import type { ActionOutcome, FailureOf, FieldChange, Held, PutBack } from "./result.ts";
import type { Condition, Item, Key, Step, Store } from "./store.ts";

export interface CallData {
  readonly operation: string;
  readonly input: object;
}

/** CloudTrail has the call, or a person confirmed what it could not say. */
export type KnownBy =
  | { readonly by: "cloudtrail"; readonly event: string }
  | { readonly by: "person"; readonly why: string };

export interface ActionRecord extends PlacedTarget {
  readonly id: string;
  readonly run: string;
  readonly at: Date;
  readonly within: string | null;
  /** What people call the target. */
  readonly name?: string;
  readonly because: string;
  /** Of target, operation and input. */
  readonly digest: string;
  readonly call: CallData;
  /** The way back as the proposal gave it; `null`: the operation's own inverse. */
  readonly undo: readonly CallData[] | null;
  readonly once: string | null;
  readonly savesPerMonth: number | null;
  /** It saves what nobody knows, because a price is not known. */
  readonly unpriced?: true;
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
  /** Digest of what it is known by under another id; absent: of its state before. */
  readonly kin?: string;
  /** Somebody had changed it back. */
  readonly putBack?: PutBack;
  /** Of a failure, whose it is. */
  readonly fault?: FailureOf;
  /**
   * Tells this attempt from others with the same id, where no claim does: theirs is another lock.
   */
  readonly attempt?: string;
  /** Whose lock it takes, where the unit has had another id since. */
  readonly lockOf?: string;
  /** The action that this one takes back. */
  readonly undoes?: string;
  readonly by?: string;
  /** Of an undo: how it was known that the action was made as it is recorded. */
  readonly known?: KnownBy;
  /** Of an undo: in what the target came back otherwise than it was. */
  readonly differs?: readonly FieldChange[];
  /** Whoever asked for the run, made the call that it answers, or approved it. */
  readonly involved?: readonly string[];
}

/** It had its effect, by this attempt or before it. */
export const isDone = ({ outcome }: Pick<ActionRecord, "outcome">): boolean =>
  outcome === "applied" || outcome === "already";

/** It had its effect, or a flow is at it: it counts, and is not proposed again by the same run. */
export const isUsed = (action: Pick<ActionRecord, "outcome">): boolean =>
  isDone(action) || action.outcome === "begun";

export const actionItem = (writer: Writer, record: ActionRecord): Item => ({
  ...keys.action(writer, record.unit, record.run, record.id),
  type: "action",
  state: record.outcome,
  body: record,
});

export const putAction = (writer: Writer, record: ActionRecord, condition?: Condition): Step => ({
  put: actionItem(writer, record),
  ...(condition && { if: condition }),
});

/** Who has the lock. */
export const lockHolder = ({ id, attempt }: ActionRecord): string =>
  attempt === undefined ? id : `${id}#${attempt}`;

/** The target's lock, which a unit takes under its id of today. */
export const lockKey = (record: ActionRecord): Key =>
  keys.lock({ ...record, unit: record.lockOf ?? record.unit }, record.target);

/** Gives the lock back, if it is still this record's. */
export const unlock = (record: ActionRecord): Step => ({
  remove: lockKey(record),
  if: { attr: "holder", eq: lockHolder(record) },
});

export async function actionsOf(
  store: Store,
  writer: Writer,
  unit: string,
  run: string,
): Promise<ActionRecord[]> {
  const items = await Array.fromAsync(
    store.query(keys.run(writer, unit, run).pk, { prefix: "action#", unreadable: "refuse" }),
  );
  return items.map(({ body }) => body as ActionRecord);
}

export const actionById = async (
  store: Store,
  writer: Writer,
  { unit, run, id }: Pick<ActionRecord, "unit" | "run" | "id">,
): Promise<ActionRecord | undefined> =>
  (await store.get(keys.action(writer, unit, run, id)))?.body as ActionRecord | undefined;

/** As `actionById`, for whoever may query a run and not read its items by key: undo. */
export async function actionInRun(
  store: Store,
  writer: Writer,
  { unit, run, id }: Pick<ActionRecord, "unit" | "run" | "id">,
): Promise<ActionRecord | undefined> {
  const { pk, sk } = keys.action(writer, unit, run, id);
  const range = { prefix: sk, limit: 1, unreadable: "refuse" } as const;
  for await (const item of store.query(pk, range))
    return item.sk === sk ? (item.body as ActionRecord) : undefined;
  return undefined;
}
