/**
 * After an undo the automation leaves the target alone until the hold ends or a person lifts it
 * (rule: state-and-undo).
 */
import { keys, type Place } from "./keys.ts";
import type { Store } from "./store.ts";

export interface Hold extends Place {
  readonly target: string;
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
}

export const putHold = (store: Store, hold: Hold): Promise<boolean> =>
  store.put({
    pk: keys.holds(hold),
    sk: hold.target,
    type: "hold",
    ttl: Math.floor(hold.until.getTime() / 1000) + 86_400,
    body: hold,
  });

export const liftHold = (store: Store, place: Place, target: string): Promise<boolean> =>
  store.remove({ pk: keys.holds(place), sk: target });

export const holdsAt = async (store: Store, place: Place): Promise<Hold[]> =>
  (await Array.fromAsync(store.query(keys.holds(place)))).map(({ body }) => body as Hold);
