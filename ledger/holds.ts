/**
 * After an undo the automation leaves the target alone until the hold ends or a person lifts it
 * (rule: state-and-undo).
 */

import { days } from "../sdk/time.ts";
import { keys, type Place, type PlacedTarget } from "./keys.ts";
import type { Item, Step, Store, UnreadableItem } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/**
 * How much longer than it counts it can be looked up: as long as what was done is remembered, so
 * that what our own undo took back is never taken for a stranger's doing.
 */
const keptBeyond = days(90);

export interface Hold extends PlacedTarget {
  readonly within: string | null;
  /**
   * Digest of the restored state: what comes back under a new id is held too, if it lies within the
   * same container.
   */
  readonly state: string;
  readonly until: Date;
  readonly by: string;
  /** The action that was undone. */
  readonly action: string;
  /** Set where its record cannot be read: why, and what to do. */
  readonly unreadable?: string;
}

const holdItem = (hold: Hold): Item => ({
  pk: keys.holds(hold),
  sk: hold.target,
  type: "hold",
  ttl: ttlAfter(hold.until, keptBeyond),
  body: hold,
});

export const putHold = (store: Store, hold: Hold): Promise<boolean> => store.put(holdItem(hold));

/** The step that does so. */
export const holdStep = (hold: Hold): Step => ({ put: holdItem(hold) });

/** It counts no longer; that there was an undo is still known. */
export const endHold = (store: Store, hold: Hold, at: Date): Promise<boolean> =>
  putHold(store, { ...hold, until: at < hold.until ? at : hold.until });

/** As if there had been no undo. */
export const liftHold = (store: Store, hold: PlacedTarget): Promise<boolean> =>
  store.remove({ pk: keys.holds(hold), sk: hold.target });

/** That of one target; one that has ended too. */
export const holdOn = async (store: Store, at: PlacedTarget): Promise<Hold | undefined> =>
  (await store.get({ pk: keys.holds(at), sk: at.target }))?.body as Hold | undefined;

/** Of one that cannot be read, its place names the target: that is held until somebody can. */
const inDoubt = ({ sk, why }: UnreadableItem, place: Place): Hold => ({
  ...place,
  target: sk,
  within: null,
  state: "",
  until: new Date("9999-12-31T00:00:00Z"),
  by: "unknown",
  action: "",
  unreadable: why,
});

/** Those that have ended too. */
export async function holdsAt(store: Store, place: Place): Promise<Hold[]> {
  const doubtful: Hold[] = [];
  const items = store.query(keys.holds(place), {
    unreadable: (item) => doubtful.push(inDoubt(item, place)),
  });
  const read = await Array.fromAsync(items);
  return [...read.map(({ body }) => body as Hold), ...doubtful];
}
