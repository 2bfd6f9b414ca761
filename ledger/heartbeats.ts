/** That a unit ran, saw N and did M; and how often in a row it failed. */

import { days } from "../sdk/time.ts";
import type { Mode } from "../settings/mode.ts";
import { keys, type Place } from "./keys.ts";
import type { RunOutcome } from "./result.ts";
import { absent, type Condition, type Item, type Step, type Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

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

/** A heartbeat as it was read, for whoever writes the next. */
export interface HeartbeatRead {
  readonly heartbeat: Heartbeat | undefined;
  readonly found: Item | undefined;
}

export async function heartbeatRead(store: Store, place: Place): Promise<HeartbeatRead> {
  const found = await store.get(keys.heartbeat(place));
  return { found, heartbeat: found?.body as Heartbeat | undefined };
}

export const heartbeatOf = async (store: Store, place: Place): Promise<Heartbeat | undefined> =>
  (await store.get(keys.heartbeat(place)))?.body as Heartbeat | undefined;

/** The step that writes the next one, unless another run has since it was read. */
export const beat = (
  place: Place,
  heartbeat: Heartbeat,
  { found }: Pick<HeartbeatRead, "found">,
): Step => ({
  put: {
    ...keys.heartbeat(place),
    type: "heartbeat",
    version: (found?.version ?? 0) + 1,
    body: heartbeat,
  },
  if: unchanged(found),
});

/** One that an older version wrote is not counted. */
function unchanged(found: Item | undefined): Condition {
  if (!found) return absent;
  if (found.version === undefined) return { attr: "version", exists: false };
  return { attr: "version", eq: found.version };
}

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

/** How long another attempt at a run may come: the watchdog takes up what was left. */
const runKnown = days(30);

/** How many runs have failed in a row by now. */
export interface FailureCount {
  readonly failed: number;
  /** `false`: another attempt of the same run was counted before. */
  readonly counted: boolean;
}

/**
 * Counts a failed run, once, however many attempts at it fail (rule: caps).
 * @param run absent: one that no other call is about
 */
export async function countFailure(
  store: Store,
  place: Place,
  run?: { readonly id: string; readonly at: Date },
): Promise<FailureCount> {
  if (run) {
    const marker = keys.failedRun(place, run.id);
    const item = { ...marker, type: "failed-run", ttl: ttlAfter(run.at, runKnown), body: null };
    const counted = await store.put(item, absent);
    if (!counted) return { failed: await failures(store, place), counted };
  }
  return { failed: await store.add(keys.breaker(place), "breaker", 1), counted: true };
}
/** A run went well, or a person closed the breaker. */
export const resetFailures = (store: Store, place: Place): Promise<boolean> =>
  store.remove(keys.breaker(place));
