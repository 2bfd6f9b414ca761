/** Cost Explorer takes a day or two to know a day: which is the last that it knows to its end. */
import { utcDayBefore } from "../utc-days.ts";
import { type Cost, costIn } from "./costs.ts";

/** Days that may still be counted: AWS takes up to two. */
const mostUncounted = 2;
/** Two weeks that end before those. */
export const daysCompared = 14 + mostUncounted;
/** The same weekday of so many weeks before any day that may be judged. */
export const daysJudged = (weeks: number): number => 7 * weeks + mostUncounted + 1;

/** The days that there are, and those of them that AWS calls estimates. */
export interface CountedDays {
  readonly now: Date;
  readonly estimated: ReadonlySet<string>;
}

/**
 * How many days ago the last day was that is counted to its end. One is not that is missing, or
 * that AWS calls an estimate and that has less than half of what the week before it had a day, and
 * of what that day of the week had then: many accounts cost little on a Sunday.
 */
export function lastCounted(used: readonly Cost[], { now, estimated }: CountedDays): number {
  for (let ago = 1; ago <= mostUncounted + 1; ago += 1) {
    const day = utcDayBefore(now, ago);
    const [weekAgo, dayAgo] = [utcDayBefore(now, ago + 7), utcDayBefore(now, ago + 1)];
    const usual = Math.min(costIn(used, weekAgo, dayAgo) / 7, costIn(used, weekAgo, weekAgo));
    const isKnown = used.some((cost) => cost.day === day);
    if (isKnown && !(estimated.has(day) && costIn(used, day, day) < usual / 2)) return ago;
  }
  return 1;
}
