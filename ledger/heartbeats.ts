/** That a unit ran, saw N and did M; and how often in a row it failed. */

import { TryAgain } from "../sdk/errors.ts";
import type { Mode } from "../settings/mode.ts";
import { keys, type Place } from "./keys.ts";
import type { RunOutcome } from "./result.ts";
import { absent, type Condition, type Step, type Store } from "./store.ts";

export interface Heartbeat {
  readonly at: Date;
  readonly run: string;
  readonly outcome: RunOutcome;
  readonly found: number;
  readonly mode: Mode;
  /**
   * What was held, waiting or only watched, and has been told: short digests, so that it is not
   * told every night.
   */
  readonly said: readonly string[];
}

export const heartbeatOf = async (store: Store, place: Place): Promise<Heartbeat | undefined> =>
  (await store.get(keys.heartbeat(place)))?.body as Heartbeat | undefined;

export const beat = (place: Place, heartbeat: Heartbeat): Step => ({
  put: { ...keys.heartbeat(place), type: "heartbeat", body: heartbeat },
});

/**
 * The last complete look at everything: what percentages count against (rule: caps). An item of
 * its own, so that an event run leaves it alone.
 */
export interface Swept {
  readonly at: Date;
  readonly found: number;
}

export const lastSweep = async (store: Store, place: Place): Promise<Swept | undefined> =>
  (await store.get(keys.swept(place)))?.body as Swept | undefined;

export const sweptNow = (place: Place, swept: Swept): Step => ({
  put: { ...keys.swept(place), type: "swept", body: swept },
});

/** Consecutive failed runs. */
export const failures = async (store: Store, place: Place): Promise<number> =>
  (await store.get(keys.breaker(place)))?.version ?? 0;

/** Attempts of so many runs are known again. */
const mostRunsKnown = 50;
const mostTries = 20;

/** How many runs have failed in a row by now. */
export interface FailureCount {
  readonly failed: number;
  /** No other run has been counted after it. */
  readonly latest: boolean;
}

/**
 * Counts a failed run, once, however many attempts at it fail (rule: caps).
 * @param run absent: one that no other call is about
 * @throws {TryAgain} when too many count at once
 */
export async function countFailure(
  store: Store,
  place: Place,
  run?: string,
): Promise<FailureCount> {
  const key = keys.breaker(place);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await store.get(key);
    const known = (found?.body ?? []) as readonly string[];
    const version = found?.version ?? 0;
    if (run !== undefined && known.includes(run))
      return { failed: version, latest: known.at(-1) === run };
    const body = run === undefined ? known : [...known, run].slice(-mostRunsKnown);
    const asRead: Condition = found ? { attr: "version", eq: version } : absent;
    if (await store.put({ ...key, type: "breaker", version: version + 1, body }, asRead))
      return { failed: version + 1, latest: true };
  }
  throw new TryAgain("the breaker's counter is contended");
}
/** A run went well, or a person closed the breaker. */
export const resetFailures = (store: Store, place: Place): Promise<boolean> =>
  store.remove(keys.breaker(place));
