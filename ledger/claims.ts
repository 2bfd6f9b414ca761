/**
 * A claim makes one run of one trigger: only a finished one is skipped, an unfinished one whose
 * lease is over is taken up.
 */

import { days } from "../sdk/time.ts";
import { keys, type Place } from "./keys.ts";
import type { Lease } from "./lease.ts";
import type { Start } from "./start.ts";
import { absent, type Condition, type Item, type Step, type Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** Longer than any source redelivers: EventBridge tries for 24 hours. */
const kept = days(14);

/** What is claimed, and by whom. */
export interface Claimant {
  readonly place: Place;
  readonly start: Start;
  readonly run: string;
  /** Tells this attempt from all others. */
  readonly holder: string;
}

/**
 * A claim in hand. `run` and `start` are those of the first delivery, whatever a later one says.
 */
export interface HeldClaim extends Claimant {
  /** Which attempt at the run it is: the first is 1. */
  readonly number: number;
  /**
   * How many attempts in a row, this one included, settled nothing as far as is known; absent: all
   * of them.
   */
  readonly idle?: number | undefined;
}

export type ClaimAnswer =
  | { readonly state: "claimed"; readonly claim: HeldClaim }
  | { readonly state: "finished"; readonly run: string }
  | { readonly state: "busy"; readonly until: Date };

interface ClaimBody {
  readonly start: Start;
  readonly run: string;
  readonly attempt: number;
  /** Absent: as many as there were. */
  readonly idle?: number;
}

const bodyOf = ({ start, run, number, idle }: HeldClaim): ClaimBody => ({
  start,
  run,
  attempt: number,
  ...(idle !== undefined && { idle }),
});

/** Nobody has taken it since it was read. */
const asRead = (found: Item | undefined): Condition => {
  if (!found) return absent;
  return {
    and: [
      { attr: "state", eq: "open" },
      { attr: "holder", eq: found.holder ?? "" },
      { attr: "lease", eq: found.lease ?? 0 },
    ],
  };
};

/** Takes the claim on what started a run, unless another has it or it had its run. */
export async function claim(store: Store, claimant: Claimant, lease: Lease): Promise<ClaimAnswer> {
  const { place, start } = claimant;
  const key = keys.claim(place, start.key);
  const first: HeldClaim = { ...claimant, number: 1 };
  // Nearly always it is the first delivery.
  if (await store.put(leased(first, lease), absent)) return { state: "claimed", claim: first };
  const found = await store.get(key);
  if (isOurs(found, claimant)) return { state: "claimed", claim: first };
  const earlier = found?.body as ClaimBody | undefined;
  if (found?.state === "finished") return { state: "finished", run: earlier?.run ?? claimant.run };
  const busyUntil = found?.lease ?? 0;
  if (busyUntil > lease.from.getTime()) return { state: "busy", until: new Date(busyUntil) };

  const held: HeldClaim = {
    ...claimant,
    start: earlier?.start ?? start,
    run: earlier?.run ?? claimant.run,
    number: (earlier?.attempt ?? 0) + 1,
    ...(earlier?.idle !== undefined && { idle: earlier.idle + 1 }),
  };
  if (await store.put(leased(held, lease), asRead(found))) return { state: "claimed", claim: held };
  const standing = await store.get(key);
  if (isOurs(standing, claimant)) return { state: "claimed", claim: held };
  return { state: "busy", until: new Date(standing?.lease || lease.until) };
}

/**
 * A first answer may have been lost and the SDK have sent it again: then the one that stands is
 * ours.
 */
const isOurs = (found: Item | undefined, { holder }: Claimant): boolean =>
  found?.holder === holder && found.state === "open";

const leased = (held: HeldClaim, { until }: Lease): Item => ({
  ...opened(held),
  lease: until.getTime(),
});

/** The step that ends a claim, for the transaction that records the run. */
export const finished = (held: HeldClaim, now: Date): Step => ({
  put: {
    ...keys.claim(held.place, held.start.key),
    type: "claim",
    state: "finished",
    holder: held.holder,
    lease: 0,
    ttl: ttlAfter(now, kept),
    body: bodyOf(held),
  },
  if: { attr: "holder", eq: held.holder },
});

const opened = (held: HeldClaim): Item => ({
  ...keys.claim(held.place, held.start.key),
  type: "claim",
  state: "open",
  holder: held.holder,
  lease: 0,
  body: bodyOf(held),
});

/**
 * The step that leaves a claim open, for the transaction that records a run with failed actions:
 * the next delivery tries again what is left.
 */
export const reopened = (held: HeldClaim): Step => ({
  put: opened(held),
  if: { attr: "holder", eq: held.holder },
});

/**
 * Lets the next delivery take it up at once: the run failed. One that is finished stays so,
 * whatever failed after that.
 * @returns false when another has it by now, or it is finished
 */
export const release = (store: Store, held: HeldClaim): Promise<boolean> =>
  store.put(opened(held), {
    and: [
      { attr: "holder", eq: held.holder },
      { attr: "state", eq: "open" },
    ],
  });

/**
 * After so many attempts in a row that settled nothing a run is left to people: what has failed so
 * often fails again, and each attempt costs.
 */
const mostAttempts = 10;

/** A run that nobody finished. */
export interface AbandonedRun {
  readonly start: Start;
  readonly run: string;
}

/** Runs that nobody finished and whose lease is over. */
export async function* abandonedRuns(
  store: Store,
  unit: string,
  now: Date,
): AsyncIterable<AbandonedRun> {
  for await (const { state, lease = 0, body } of store.query(keys.claims(unit))) {
    const { start, run, attempt, idle = attempt } = body as ClaimBody;
    if (state === "open" && lease < now.getTime() && idle < mostAttempts) yield { start, run };
  }
}

/** What started them: what the watchdog has taken up again. */
export async function* abandoned(store: Store, unit: string, now: Date): AsyncIterable<Start> {
  for await (const { start } of abandonedRuns(store, unit, now)) yield start;
}

/** Whether a unit has finished what was started by this key, wherever. Asks by a query. */
export async function wasFinished(
  store: Store,
  { unit, account, region }: Place,
  key: string,
): Promise<boolean> {
  const { pk, sk } = keys.claim({ unit, account, region }, key);
  const found = await Array.fromAsync(store.query(pk, { prefix: sk }));
  return found.some((item) => item.sk === sk && item.state === "finished");
}
