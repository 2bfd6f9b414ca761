/**
 * A claim makes one run of one trigger: only a finished one is skipped, an unfinished one whose
 * lease is over is taken up.
 */

import { keys, type Place } from "./keys.ts";
import type { Start } from "./start.ts";
import { absent, type Step, type Store } from "./store.ts";

/** Longer than any source redelivers: EventBridge tries for 24 hours. */
const keptSeconds = 14 * 86_400;

/** `run` and `start` are those of the first delivery, whatever a later one says. */
export type Claim =
  | {
      readonly state: "claimed";
      readonly attempt: number;
      readonly run: string;
      readonly start: Start;
    }
  | { readonly state: "finished"; readonly run: string }
  | { readonly state: "busy"; readonly until: Date };

interface ClaimBody {
  readonly start: Start;
  readonly run: string;
  readonly attempt: number;
}

/**
 * @param holder tells this attempt from all others
 * @param lease until when nobody else may take it up
 */
export async function claim(
  store: Store,
  place: Place,
  start: Start,
  run: string,
  holder: string,
  now: Date,
  lease: Date,
): Promise<Claim> {
  const key = keys.claim(place, start.key);
  const found = await store.get(key);
  const earlier = found?.body as ClaimBody | undefined;
  if (found?.state === "finished") return { state: "finished", run: earlier?.run ?? run };
  if (found && (found.lease ?? 0) > now.getTime())
    return { state: "busy", until: new Date(found.lease ?? 0) };
  const body: ClaimBody = {
    start: earlier?.start ?? start,
    run: earlier?.run ?? run,
    attempt: (earlier?.attempt ?? 0) + 1,
  };
  const taken = await store.put(
    { ...key, type: "claim", state: "open", holder, lease: lease.getTime(), body },
    found
      ? {
          and: [
            { attr: "state", eq: "open" },
            { attr: "holder", eq: found.holder ?? "" },
            { attr: "lease", eq: found.lease ?? 0 },
          ],
        }
      : absent,
  );
  if (taken) return { state: "claimed", ...body };
  // A first answer may have been lost and the SDK have sent it again: then the one that stands is
  // ours.
  const standing = await store.get(key);
  if (standing?.holder === holder && standing.state === "open")
    return { state: "claimed", ...body };
  return { state: "busy", until: new Date(standing?.lease || lease) };
}

/** The step that ends a claim, for the transaction that records the run. */
export const finish = (
  place: Place,
  start: Start,
  run: string,
  holder: string,
  attempt: number,
  now: Date,
): Step => ({
  put: {
    ...keys.claim(place, start.key),
    type: "claim",
    state: "finished",
    holder,
    lease: 0,
    ttl: Math.floor(now.getTime() / 1000) + keptSeconds,
    body: { start, run, attempt } satisfies ClaimBody,
  },
  if: { attr: "holder", eq: holder },
});

/**
 * Lets the next delivery take it up at once: the run failed. One that is finished stays so,
 * whatever failed after that.
 */
export const release = (
  store: Store,
  place: Place,
  start: Start,
  run: string,
  holder: string,
  attempt: number,
): Promise<boolean> =>
  store.put(
    {
      ...keys.claim(place, start.key),
      type: "claim",
      state: "open",
      holder,
      lease: 0,
      body: { start, run, attempt } satisfies ClaimBody,
    },
    {
      and: [
        { attr: "holder", eq: holder },
        { attr: "state", eq: "open" },
      ],
    },
  );

/**
 * After so many attempts a run is left to people: what has failed so often fails again, and each
 * attempt costs.
 */
const mostAttempts = 10;

/** Claims that nobody finished and whose lease is over: what the watchdog has taken up again. */
export async function* abandoned(store: Store, unit: string, now: Date): AsyncIterable<Start> {
  for await (const { state, lease = 0, body } of store.query(`unit#${unit}#claim`)) {
    const { start, attempt } = body as ClaimBody;
    if (state === "open" && lease < now.getTime() && attempt < mostAttempts) yield start;
  }
}
