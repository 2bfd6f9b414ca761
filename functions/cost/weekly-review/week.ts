/** The days of a review, as clocks on the wall count them. */
import type { DaysAsked } from "../../../sdk/past.ts";
import { dayLength, instantOf, type WallTime, wallTimeAt } from "../../../sdk/wall-clock.ts";

export interface ReviewedDays extends DaysAsked {
  /** `2026-11-23`: the first day, and the last. */
  readonly first: string;
  readonly last: string;
  /** IANA name of the clocks that it goes by. */
  readonly timeZone: string;
}

/** `week 2026-11-23 to 2026-11-29`, `day 2026-11-29`, `14 days 2026-11-16 to 2026-11-29`. */
export function daysInWords({ first, last }: Pick<ReviewedDays, "first" | "last">): string {
  const length = (Date.parse(last) - Date.parse(first)) / dayLength + 1;
  if (length === 1) return `day ${first}`;
  return `${length === 7 ? "week" : `${length} days`} ${first} to ${last}`;
}

const dayOf = (wall: WallTime): string => new Date(wall).toISOString().slice(0, 10);

/**
 * The last whole days, from midnight to midnight: in the week in which clocks are changed that is an
 * hour more or less.
 */
export function weekBefore(now: Date, timeZone: string, days: number): ReviewedDays {
  const shown = wallTimeAt(now, timeZone);
  const today = shown - (((shown % dayLength) + dayLength) % dayLength);
  const first = today - days * dayLength;
  return {
    since: instantOf(first, timeZone),
    until: instantOf(today, timeZone),
    first: dayOf(first),
    last: dayOf(today - dayLength),
    timeZone,
  };
}
