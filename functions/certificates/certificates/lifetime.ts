/** How much of a certificate's life is left, so that one of 398 days and one of 6 are judged alike. */
import { count } from "../../../sdk/counted.ts";
import type { Severity } from "../../../sdk/message.ts";
import { days, hours, milliseconds } from "../../../sdk/time.ts";

export interface Lifetime {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

export interface Thresholds {
  /** Percent of the lifetime. */
  readonly warnBelow: number;
  /** Percent of the lifetime. */
  readonly criticalBelow: number;
}

const millisecondsLeft = (to: Date, now: Date): number => to.getTime() - now.getTime();

/** 1 at its beginning, 0 at its end and after it; nothing where one of the two is not known. */
export function fractionLeft({ from, to }: Lifetime, now: Date): number | undefined {
  if (!from || !to || to <= from) return undefined;
  const whole = to.getTime() - from.getTime();
  return Math.min(1, Math.max(0, millisecondsLeft(to, now) / whole));
}

/** Whole days; below 0 once it is over. */
export const daysLeft = (to: Date, now: Date): number =>
  Math.floor(millisecondsLeft(to, now) / milliseconds(days(1)));

/** `ends in 5 days`, `ends in 7 hours`, `ended 3 days ago`. */
export function endWords(to: Date, now: Date): string {
  const left = millisecondsLeft(to, now);
  const size = Math.abs(left);
  const inDays = size >= milliseconds(days(2));
  const length = inDays
    ? count(Math.floor(size / milliseconds(days(1))), "day")
    : count(Math.floor(size / milliseconds(hours(1))), "hour");
  return left > 0 ? `ends in ${length}` : `ended ${length} ago`;
}

/**
 * By fraction, and by what a look a day can still see: whatever would be over before the second look
 * from now is a warning, before the next one critical.
 */
export function urgencyOf(lifetime: Lifetime, now: Date, thresholds: Thresholds): Severity {
  const { to } = lifetime;
  if (!to) return "info";
  const left = millisecondsLeft(to, now);
  const percent = (fractionLeft(lifetime, now) ?? 1) * 100;
  if (percent < thresholds.criticalBelow || left < milliseconds(days(1))) return "critical";
  return percent < thresholds.warnBelow || left < milliseconds(days(2)) ? "warning" : "info";
}
