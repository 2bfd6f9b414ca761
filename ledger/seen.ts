/** How long something has been so is measured, not guessed (rule: measured-since). */
import { keys, type Place } from "./keys.ts";
import type { Store } from "./store.ts";

export const seenAt = async (store: Store, place: Place): Promise<Map<string, Date>> => {
  const items = await Array.fromAsync(store.query(keys.seen(place)));
  return new Map(items.map(({ sk, body }) => [sk, body as Date]));
};

/** Begins the measure, unless it has begun. */
export const beginSeen = (
  store: Store,
  place: Place,
  target: string,
  now: Date,
): Promise<boolean> =>
  store.put(
    { pk: keys.seen(place), sk: target, type: "seen", body: now },
    { attr: "pk", exists: false },
  );
export const endSeen = (store: Store, place: Place, target: string): Promise<boolean> =>
  store.remove({ pk: keys.seen(place), sk: target });
