/** How many changes were made in the last rolling day, taken atomically (rule: caps). */
import { TryAgain } from "../sdk/errors.ts";
import { before, days } from "../sdk/time.ts";
import type { Caps } from "../settings/settings.ts";
import { keys, type Place } from "./keys.ts";
import { absent, type Condition, type Store } from "./store.ts";

interface Taken {
  readonly run: string;
  readonly at: Date;
  readonly count: number;
}

/**
 * `percent` of what was looked at, but never less than the floor, and never more than `changes`;
 * without a complete sweep only the floor.
 */
export const capLimit = ({ changes, percent, floor }: Caps, looked: number | undefined): number =>
  Math.min(changes, Math.max(floor, Math.floor(((looked ?? 0) * percent) / 100)));

/** What a run would take. */
export interface CapRequest {
  readonly run: string;
  readonly count: number;
  /** `undefined`: they are counted, whatever the limit: a person has approved them. */
  readonly limit: number | undefined;
  readonly at: Date;
  /** Fewer will do, but so many at least: absent, all or none. */
  readonly atLeast?: number | undefined;
}

export type CapAnswer =
  | { readonly taken: true }
  /** So many of those that were asked for, as there is room for no more. */
  | { readonly taken: "some"; readonly count: number; readonly used: number }
  /** How many others have taken, which leaves too few. */
  | { readonly taken: false; readonly used: number };

/** Each attempt reads anew: another run took some meanwhile. */
const mostAttempts = 20;

/** Takes changes for a run, replacing what the same run took before. */
export async function takeFromCap(
  store: Store,
  place: Place,
  { run, count, limit, at, atLeast = count }: CapRequest,
): Promise<CapAnswer> {
  const since = before(at, days(1));
  const key = keys.cap(place);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const found = await store.get(key);
    const taken = (found?.body ?? []) as readonly Taken[];
    const others = taken.filter((each) => each.at > since && each.run !== run);
    const used = others.reduce((sum, each) => sum + each.count, 0);
    const room = limit === undefined ? count : Math.min(count, limit - used);
    if (room < atLeast) return { taken: false, used };
    const version = found?.version ?? 0;
    const body: readonly Taken[] = [...others, { run, at, count: room }];
    const asRead: Condition = found ? { attr: "version", eq: version } : absent;
    if (!(await store.put({ ...key, type: "cap", version: version + 1, body }, asRead))) continue;
    return room === count ? { taken: true } : { taken: "some", count: room, used };
  }
  throw new TryAgain("the cap's counter is contended");
}
