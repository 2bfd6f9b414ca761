/**
 * What flows leave behind: that they are under way and who carries them, and what they wrote. The
 * ledger alone tells how far a flow has come, so that one whose execution is lost is begun again
 * and does nothing twice.
 */

import { days } from "../sdk/time.ts";
import { type ActionRecord, type CallData, putAction } from "./actions.ts";
import { prolonged } from "./intents.ts";
import { type FlowName, keys, type Place } from "./keys.ts";
import type { Start } from "./start.ts";
import {
  absent,
  type Condition,
  type Item,
  type QueryRange,
  type Step,
  type Store,
} from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** A flow that is not over. */
export interface Begun extends Place, FlowName {
  readonly target: string;
  readonly since: Date;
  /** By when it has ended, whatever happens; items of before do not say. */
  readonly endsBy?: Date;
  /** What started the run: guards go by it. */
  readonly start: Start;
  /** Which execution it is: another one has another number. */
  readonly attempt: number;
}

/**
 * `handed`: its carrier has been called and has not come yet. `carried`: at work. `waiting`: called
 * again when its lease is over.
 */
export type FlowState = "handed" | "carried" | "waiting";

/** A flow under way as it lies in the table. */
export interface FlowUnderWay {
  readonly begun: Begun;
  readonly state: FlowState;
  /** Who carries it: what another writes in its name is refused. */
  readonly holder: string;
  /** Until then nobody else takes it up. */
  readonly lease: Date;
}

const flowItem = ({ begun, state, holder, lease }: FlowUnderWay): Item => ({
  ...keys.flow(begun, begun.action),
  type: "flow",
  state,
  holder,
  lease: lease.getTime(),
  body: begun,
});

const underWay = ({ state, holder = "", lease = 0, body }: Item): FlowUnderWay => ({
  begun: body as Begun,
  state: state as FlowState,
  holder,
  lease: new Date(lease),
});

/** Who carries an attempt before anybody has come for it. */
export const handedTo = (attempt: number): string => String(attempt);

/**
 * Record, lock and flow change hands in one transaction: from then on whoever finds the flow carries
 * it, and the run is done with it.
 * @param lockedUntil the lock is the flow's until then
 * @param lease until then its carrier is waited for
 * @returns whether they did; `false`: the lock is lost
 */
export async function beginFlow(
  store: Store,
  record: ActionRecord,
  begun: Begun,
  { lockedUntil, lease }: { readonly lockedUntil: Date; readonly lease: Date },
): Promise<boolean> {
  const flow: FlowUnderWay = { begun, state: "handed", holder: handedTo(begun.attempt), lease };
  const lost = await store.transact([
    putAction("unit", { ...record, outcome: "begun" }, { attr: "state", eq: "intended" }),
    prolonged(record, lockedUntil),
    { put: flowItem(flow), if: absent },
  ]);
  if (!lost.length) return true;
  // An answer may have been lost and the SDK have sent it again: then it is ours.
  return (await flowOf(store, begun, begun.action)) !== undefined;
}

export const flowOf = async (
  store: Store,
  place: Place,
  action: string,
): Promise<FlowUnderWay | undefined> => {
  const found = await store.get(keys.flow(place, action));
  return found && underWay(found);
};

/**
 * All of a unit's that are not over, wherever it runs.
 * @param range whether whoever asks must know all
 */
export async function* flowsUnderWay(
  store: Store,
  unit: string,
  range: Pick<QueryRange, "unreadable"> = {},
): AsyncIterable<FlowUnderWay> {
  for await (const item of store.query(keys.flows(unit), range)) yield underWay(item);
}

/** Whose hands a flow comes into. */
type NextHands = Pick<FlowUnderWay, "state" | "holder" | "lease"> & { readonly attempt?: number };

/**
 * Passes on a flow that is in our own hands.
 * @returns false where it is in another's by now
 */
export const passFlow = async (
  store: Store,
  { begun, holder }: FlowUnderWay,
  { attempt = begun.attempt, ...next }: NextHands,
): Promise<boolean> =>
  store.put(flowItem({ begun: { ...begun, attempt }, ...next }), { attr: "holder", eq: holder });

/**
 * Takes a flow that is in another's hands, unless anything has become of it since it was read.
 * @param before as it was read
 */
export async function takeFlow(
  store: Store,
  before: FlowUnderWay,
  now: NextHands,
): Promise<boolean> {
  const { attempt = before.begun.attempt, ...taken } = now;
  const item = flowItem({ begun: { ...before.begun, attempt }, ...taken });
  const { holder } = before;
  const lease = before.lease.getTime();
  // Of what was written without them they are read as nobody's, since ever.
  const asRead: Condition = {
    and: [
      holder ? { attr: "holder", eq: holder } : { attr: "holder", exists: false },
      lease ? { attr: "lease", eq: lease } : { attr: "lease", exists: false },
    ],
  };
  if (await store.put(item, asRead)) return true;
  const standing = await flowOf(store, before.begun, before.begun.action);
  return standing?.holder === taken.holder && standing.lease.getTime() === taken.lease.getTime();
}

/** The step that keeps a flow in its holder's hands, and fails where another has it. */
export const keptFlow = (flow: FlowUnderWay): Step => ({
  put: flowItem(flow),
  if: { attr: "holder", eq: flow.holder },
});

/** The step that says that it is over. */
export const flowOver = ({ begun, holder }: Pick<FlowUnderWay, "begun" | "holder">): Step => ({
  remove: keys.flow(begun, begun.action),
  if: { attr: "holder", eq: holder },
});

/** One write of a flow. */
export interface Written {
  /** When it was about to be sent. */
  readonly at: Date;
  readonly call: CallData;
  /**
   * `intended`: sent, or about to be; nobody knows yet. `refused`: it had no effect. `done`: it had.
   * `back`: that was taken back.
   */
  readonly state: "intended" | "refused" | "done" | "back";
  readonly output?: unknown;
  /** Where that was taken back: by which calls, and when. */
  readonly takenBack?: { readonly at: Date; readonly calls: readonly CallData[] };
}

/** The step that says what became of a write. */
export const writtenStep = (flow: FlowName, position: number, body: Written): Step => ({
  put: { ...keys.written(flow, position), type: "written", state: body.state, body },
});

export const writtenAt = async (
  store: Store,
  flow: FlowName,
  position: number,
): Promise<Written | undefined> =>
  (await store.get(keys.written(flow, position)))?.body as Written | undefined;

/** All that it wrote, in order. */
export const writtenBy = async (store: Store, flow: FlowName): Promise<Written[]> => {
  const { pk } = keys.written(flow, 0);
  const items = store.query(pk, { prefix: `written#${flow.action}#`, unreadable: "refuse" });
  return (await Array.fromAsync(items)).map(({ body }) => body as Written);
};

/** The same, one by one: for who may get items and not list them. */
export async function* eachWritten(store: Store, flow: FlowName): AsyncIterable<Written> {
  for (let position = 0; ; position += 1) {
    const entry = await writtenAt(store, flow, position);
    if (!entry) return;
    yield entry;
  }
}

/** Longer than any flow: what it remembers is of no use when it is over. */
const memoKept = days(400);

export const memoOf = async (
  store: Store,
  { begun }: Pick<FlowUnderWay, "begun">,
  name: string,
): Promise<unknown> => (await store.get(keys.memo(begun, begun.attempt, name)))?.body;

export const remember = (
  store: Store,
  { begun }: Pick<FlowUnderWay, "begun">,
  memo: { readonly name: string; readonly body: unknown; readonly now: Date },
): Promise<boolean> =>
  store.put({
    ...keys.memo(begun, begun.attempt, memo.name),
    type: "memo",
    ttl: ttlAfter(memo.now, memoKept),
    body: memo.body,
  });
