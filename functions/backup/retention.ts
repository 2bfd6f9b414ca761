/**
 * Grandfather, father and son: which of many backups are kept. By the names of their slots alone,
 * which are times on the wall: no daylight saving, leap day or missed night changes what a name
 * says. By counts of periods and never by age, so that a clock that jumps ahead makes nothing old.
 */
import { dayLength, type WallTime } from "../../sdk/wall-clock.ts";
import { wallOfSlot } from "./slot.ts";

/** How many of the last hours, days, weeks, months and years keep a backup. */
export interface Keep {
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

const iso = (wall: WallTime, length: number): string =>
  new Date(wall).toISOString().slice(0, length);

/** The period that a time falls into; weeks begin on Monday. */
const periodOf: { readonly [K in keyof Keep]: (wall: WallTime) => string } = {
  hourly: (wall) => iso(wall, 13),
  daily: (wall) => iso(wall, 10),
  // 1970 began on a Thursday.
  weekly: (wall) => String(Math.floor((wall / dayLength + 3) / 7)),
  monthly: (wall) => iso(wall, 7),
  yearly: (wall) => iso(wall, 4),
};

const kinds = Object.keys(periodOf) as (keyof Keep)[];

export interface Retention {
  readonly keep: Keep;
  /** Never fewer than so many, at least one. */
  readonly atLeast: number;
  /** What the clocks show there now. */
  readonly now: WallTime;
}

interface Point<T> {
  readonly wall: WallTime;
  readonly backup: T;
}

/** The first of each period: what is kept tonight is kept tomorrow too, however often it is asked. */
function firstOfEach<T>(points: readonly Point<T>[], kind: keyof Keep): T[] {
  const firsts = new Map<string, T>();
  for (const { wall, backup } of points) {
    const period = periodOf[kind](wall);
    if (!firsts.has(period)) firsts.set(period, backup);
  }
  return [...firsts.values()];
}

/** `slice(-0)` would be all of them. */
const lastOf = <T>(all: readonly T[], count: number): readonly T[] =>
  count > 0 ? all.slice(-count) : [];

/**
 * Of each of the last so many periods that have any, the first backup, and the newest in any case.
 * What bears a name that is no slot's, or one that is still to come, is kept and counts for nothing:
 * a clock was wrong.
 * @param slotOf the slot of a good backup; one that is not good is no business of this
 */
export function retained<T>(
  backups: readonly T[],
  slotOf: (backup: T) => string,
  { keep, atLeast, now }: Retention,
): Set<T> {
  const points: Point<T>[] = [];
  const all = new Set<T>();
  for (const backup of backups) {
    const wall = wallOfSlot(slotOf(backup));
    if (wall === undefined || wall > now) all.add(backup);
    else points.push({ wall, backup });
  }
  points.sort((a, b) => a.wall - b.wall);
  const newest = lastOf(points, Math.max(1, atLeast));
  for (const { backup } of newest) all.add(backup);
  for (const kind of kinds)
    for (const backup of lastOf(firstOfEach(points, kind), keep[kind])) all.add(backup);
  return all;
}

/** `daily=7 weekly=4`: as a tag says it, without what is 0. */
export const keepInWords = (keep: Keep): string =>
  kinds.flatMap((kind) => (keep[kind] ? [`${kind}=${keep[kind]}`] : [])).join(" ") || "none";

const named = /^(hourly|daily|weekly|monthly|yearly)=([0-9]{1,4})$/;

/** @returns nothing where the words are not as `keepInWords` has them */
export function keepFromWords(words: string): Keep | undefined {
  const keep: Record<keyof Keep, number> = {
    hourly: 0,
    daily: 0,
    weekly: 0,
    monthly: 0,
    yearly: 0,
  };
  if (words === "none") return keep;
  for (const word of words.split(" ")) {
    const [, kind, number] = named.exec(word) ?? [];
    if (kind === undefined) return undefined;
    keep[kind as keyof Keep] = Number(number);
  }
  return keep;
}
