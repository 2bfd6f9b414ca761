/** What its owner has kept: the automation does not ask again for a while. */

import { days } from "../sdk/time.ts";
import { keys, type Place, type PlacedTarget } from "./keys.ts";
import type { Step, Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** So long an owner's no stands. */
export const keptFor = days(90);

export interface KeptByOwner {
  readonly since: Date;
  readonly until: Date;
  /** The action that was to change it. */
  readonly action: string;
}

/** The step that records it. */
export const keptByOwner = (at: PlacedTarget, body: KeptByOwner): Step => ({
  put: { ...keys.kept(at, at.target), type: "kept", ttl: ttlAfter(body.until, days(1)), body },
});

export const ownersWord = async (
  store: Store,
  place: Place,
  target: string,
): Promise<KeptByOwner | undefined> =>
  (await store.get(keys.kept(place, target)))?.body as KeptByOwner | undefined;

/** The step that lifts it, and fails where there is none. */
export const noLongerKept = (at: PlacedTarget): Step => ({
  remove: keys.kept(at, at.target),
  if: { attr: "pk", exists: true },
});
