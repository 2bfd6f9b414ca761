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
  /** What they were about, where that is told apart. */
  readonly matters?: readonly string[];
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
}

export type CapAnswer =
  | { readonly taken: true }
  /** How many others have taken, which leaves too few. */
  | { readonly taken: false; readonly used: number };

/** Takes changes for a run, replacing what the same run took before; all of them or none. */
export const takeFromCap = (
  store: Store,
  place: Place,
  { run, count, limit, at }: CapRequest,
): Promise<CapAnswer> =>
  counted<CapAnswer>(store, place, { run, at }, ({ used }) => {
    if (limit !== undefined && used + count > limit) return { answer: { taken: false, used } };
    return { answer: { taken: true }, entry: { run, at, count } };
  });

/** What a run would take a place for, each. */
export interface PlacesRequest {
  readonly run: string;
  /** Places that earlier attempts of the run have used. */
  readonly already: number;
  /** The worst first: what each change is about, the same for each time that it is made again. */
  readonly matters: readonly string[];
  readonly limit: number;
  readonly at: Date;
}

export interface Places {
  /** What may go ahead. */
  readonly granted: ReadonlySet<string>;
  /** How many places others have taken. */
  readonly used: number;
}

/**
 * Takes as many places as there are, the worst first. What had its place within the day has it
 * still: whoever puts one thing back again and again must not use up the places of all others.
 */
export const takePlaces = (
  store: Store,
  place: Place,
  { run, already, matters, limit, at }: PlacesRequest,
): Promise<Places> =>
  counted<Places>(store, place, { run, at }, ({ used, others }) => {
    const known = new Set(others.flatMap((each) => each.matters ?? []));
    const asked = [...new Set(matters)];
    const fresh = asked.filter((matter) => !known.has(matter));
    const room = Math.max(0, limit - used - already);
    const taken = fresh.slice(0, room);
    const granted = new Set([...asked.filter((matter) => known.has(matter)), ...taken]);
    const entry = { run, at, count: already + taken.length, matters: taken };
    return { answer: { granted, used }, entry };
  });

/** What there was when it was read. */
interface CapState {
  readonly others: readonly Taken[];
  readonly used: number;
}

interface CapDecision<T> {
  readonly answer: T;
  /** What the run takes; absent: nothing is written. */
  readonly entry?: Taken;
}

/** Each attempt reads anew: another run took some meanwhile. */
const mostAttempts = 20;

async function counted<T>(
  store: Store,
  place: Place,
  { run, at }: Pick<Taken, "run" | "at">,
  decide: (state: CapState) => CapDecision<T>,
): Promise<T> {
  const since = before(at, days(1));
  const key = keys.cap(place);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const found = await store.get(key);
    const taken = (found?.body ?? []) as readonly Taken[];
    const others = taken.filter((each) => each.at > since && each.run !== run);
    const used = others.reduce((sum, each) => sum + each.count, 0);
    const { answer, entry } = decide({ others, used });
    if (!entry) return answer;
    const version = found?.version ?? 0;
    const asRead: Condition = found ? { attr: "version", eq: version } : absent;
    const body: readonly Taken[] = [...others, entry];
    if (await store.put({ ...key, type: "cap", version: version + 1, body }, asRead)) return answer;
  }
  throw new TryAgain("the cap's counter is contended");
}
