/** How many changes were made in the last rolling day, taken atomically (rule: caps). */
import { TryAgain } from "../sdk/errors.ts";
import { before, days } from "../sdk/time.ts";
import type { Caps } from "../settings/settings.ts";
import { keys, type Place } from "./keys.ts";
import { absent, type Store } from "./store.ts";

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

/**
 * Takes `count` changes for a run, replacing what the same run took before.
 * @param limit `undefined`: counts them, whatever the limit: a person has approved them
 * @returns how many others have taken when that leaves too few; nothing is taken then
 */
export async function takeFromCap(
  store: Store,
  place: Place,
  run: string,
  count: number,
  limit: number | undefined,
  now: Date,
): Promise<{ readonly taken: true } | { readonly taken: false; readonly used: number }> {
  const since = before(now, days(1));
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const found = await store.get(keys.cap(place));
    const others = ((found?.body as Taken[] | undefined) ?? []).filter(
      ({ at, run: other }) => at > since && other !== run,
    );
    const used = others.reduce((sum, { count: each }) => sum + each, 0);
    if (limit !== undefined && used + count > limit) return { taken: false, used };
    const version = found?.version ?? 0;
    const body: Taken[] = [...others, { run, at: now, count }];
    if (
      await store.put(
        { ...keys.cap(place), type: "cap", version: version + 1, body },
        found ? { attr: "version", eq: version } : absent,
      )
    )
      return { taken: true };
  }
  throw new TryAgain("the cap's counter is contended");
}
