/**
 * What an undo is at, from its first change to its record: where the process ends before that,
 * another goes on in the name of whoever has asked. Only the undo function writes here.
 */

import { days } from "../sdk/time.ts";
import { keys } from "./keys.ts";
import type { Lease } from "./lease.ts";
import { absent, type Condition, type Item, type Step, type Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** Longer than any undo takes, and anybody needs to see that it stopped. */
const kept = days(14);

/** An undo, as a person has ordered it. */
export interface OrderedUndo {
  /** The run or action that is taken back. */
  readonly id: string;
  /** The same for each delivery of the same order. */
  readonly key: string;
  /** Who was proven to have ordered it. */
  readonly by: string;
  /** The digest of what they were shown, where they confirm what CloudTrail cannot say. */
  readonly confirms?: string | undefined;
  readonly at: Date;
}

/** An undo in the hands of one invocation. */
export interface HeldUndo {
  readonly order: OrderedUndo;
  /** Tells this invocation from all others. */
  readonly holder: string;
  /** Which invocation of the same undo it is: the first is 1. */
  readonly number: number;
  /** How many in a row, this one included, got no further as far as is known. */
  readonly idle: number;
  /** How many actions the one before had no time for; absent: that is not known. */
  readonly left?: number | undefined;
}

interface UndoClaimBody extends Pick<HeldUndo, "order" | "number" | "idle" | "left"> {}

const itemOf = ({ holder, order, number, idle, left }: HeldUndo, lease: number): Item => ({
  ...keys.undoClaim(order),
  type: "undo-claim",
  state: "open",
  holder,
  lease,
  ttl: ttlAfter(order.at, kept),
  body: { order, number, idle, ...(left !== undefined && { left }) } satisfies UndoClaimBody,
});

const ours = ({ holder }: Pick<HeldUndo, "holder">): Condition => ({ attr: "holder", eq: holder });

/** What may be taken: nobody has it, or whoever had it cannot be heard of any more. */
const free = ({ from }: Lease, holder: string): Condition => ({
  or: [absent, { attr: "lease", lt: from.getTime() }, ours({ holder })],
});

type UndoName = Pick<OrderedUndo, "id" | "key">;

async function read(store: Store, order: UndoName): Promise<Item | undefined> {
  const [found] = await store.getAll([keys.undoClaim(order)]);
  if (found && "error" in found) throw found.error;
  return found?.item;
}

/**
 * Takes up what was ordered, or goes on with it where an earlier invocation was at it.
 * @returns nothing where another invocation is at it
 */
export async function claimUndo(
  store: Store,
  order: OrderedUndo,
  holder: string,
  lease: Lease,
): Promise<HeldUndo | undefined> {
  const until = lease.until.getTime();
  const first: HeldUndo = { order, holder, number: 1, idle: 1 };
  // Nearly always nobody was at it.
  if (await store.put(itemOf(first, until), absentOr(ours(first)))) return first;
  const found = await read(store, order);
  const next = found ? after(found, holder) : first;
  return (await store.put(itemOf(next, until), free(lease, holder))) ? next : undefined;
}

const absentOr = (condition: Condition): Condition => ({ or: [absent, condition] });

/** The invocation after the one that an item is of. */
function after({ body }: Item, holder: string): HeldUndo {
  const { order, number, idle, left } = body as UndoClaimBody;
  return { order, holder, number: number + 1, idle: idle + 1, left };
}

/** @returns what was ordered under it, where that is not over */
export async function orderedUndo(store: Store, about: UndoName): Promise<OrderedUndo | undefined> {
  const found = await read(store, about);
  return (found?.body as UndoClaimBody | undefined)?.order;
}

/**
 * Lets another invocation go on at once.
 * @returns false where another has it by now
 */
export const letGo = (store: Store, held: HeldUndo): Promise<boolean> =>
  store.put(itemOf(held, 0), ours(held));

/**
 * An invocation that got further counts for none of those that did not.
 * @param left how many actions it had no time for
 * @param all how many there are
 */
export const afterInvocation = (held: HeldUndo, left: number, all: number): HeldUndo => ({
  ...held,
  idle: left < (held.left ?? all) ? 0 : held.idle,
  left,
});

/** The step that ends it, for the transaction that records what came of it. */
export const undoOver = (held: HeldUndo): Step => ({
  remove: keys.undoClaim(held.order),
  if: ours(held),
});

/** What was ordered, and nobody is at any more. */
export async function* abandonedUndos(store: Store, now: Date): AsyncIterable<OrderedUndo> {
  for await (const { lease = 0, body } of store.query(keys.undoClaims)) {
    const { order } = body as UndoClaimBody;
    if (lease < now.getTime()) yield order;
  }
}
