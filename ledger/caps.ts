/** How many changes were made in the last rolling day, taken atomically (rule: caps). */
import { TryAgain } from "../sdk/errors.ts";
import { before, days } from "../sdk/time.ts";
import type { Caps } from "../settings/settings.ts";
import { keys, type Place } from "./keys.ts";
import { absent, type Condition, type Item, type Step, type Store } from "./store.ts";

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

/** The cap's counter of a place, as it was read. */
export interface CapCounter {
  readonly place: Place;
  readonly found: Item | undefined;
}

export const capCounter = async (store: Store, place: Place): Promise<CapCounter> => ({
  place,
  found: await store.get(keys.cap(place)),
});

/** What is taken once the step is written, which nobody else's writing may have preceded. */
export interface CapTaking<T> {
  readonly answer: T;
  /** Absent: nothing is taken. */
  readonly step?: Step;
}

/** Takes changes for a run, replacing what the same run took before; all of them or none. */
export function takeFromCap(
  counter: CapCounter,
  { run, count, limit, at }: CapRequest,
): CapTaking<CapAnswer> {
  const { used, others } = countedIn(counter, { run, at });
  if (limit !== undefined && used + count > limit) return { answer: { taken: false, used } };
  return { answer: { taken: true }, step: stepOf(counter, [...others, { run, at, count }]) };
}

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
export function takePlaces(
  counter: CapCounter,
  { run, already, matters, limit, at }: PlacesRequest,
): CapTaking<Places> {
  const { used, others } = countedIn(counter, { run, at });
  const known = new Set(others.flatMap((each) => each.matters ?? []));
  const asked = [...new Set(matters)];
  const fresh = asked.filter((matter) => !known.has(matter));
  const room = Math.max(0, limit - used - already);
  const taken = fresh.slice(0, room);
  const granted = new Set([...asked.filter((matter) => known.has(matter)), ...taken]);
  const entry = { run, at, count: already + taken.length, matters: taken };
  return { answer: { granted, used }, step: stepOf(counter, [...others, entry]) };
}

/** What other runs have taken within the day. */
function countedIn({ found }: CapCounter, { run, at }: Pick<Taken, "run" | "at">) {
  const since = before(at, days(1));
  const taken = (found?.body ?? []) as readonly Taken[];
  const others = taken.filter((each) => each.at > since && each.run !== run);
  return { others, used: others.reduce((sum, each) => sum + each.count, 0) };
}

function stepOf({ place, found }: CapCounter, body: readonly Taken[]): Step {
  const version = found?.version ?? 0;
  const asRead: Condition = found ? { attr: "version", eq: version } : absent;
  return { put: { ...keys.cap(place), type: "cap", version: version + 1, body }, if: asRead };
}

/** Each attempt reads anew: another run took some meanwhile. */
const mostAttempts = 20;

/**
 * Tries until nobody has written the counter between its being read and its being written.
 * @param counter as it was read before
 * @param attempt gives nothing where the step could not be written
 * @throws {TryAgain} when others write it each time
 */
export async function withCounter<T>(
  store: Store,
  counter: CapCounter,
  attempt: (counter: CapCounter) => Promise<T | undefined>,
): Promise<T> {
  let read = counter;
  for (let tries = 0; tries < mostAttempts; tries += 1) {
    const answer = await attempt(read);
    if (answer !== undefined) return answer;
    read = await capCounter(store, counter.place);
  }
  throw new TryAgain("the cap's counter is contended");
}
