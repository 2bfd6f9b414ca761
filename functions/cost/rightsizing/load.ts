/** What an instance was measured to need: its load, not its average. */
import type { MeasuredHour } from "../../../aws/cloudwatch/hourly.ts";

/** Hours of a week. */
const week = 7 * 24;
const hour = 3_600_000;

/** Of all hours, so many have no more. */
const most = 0.99;

/** The value that 99 of 100 hours do not pass. */
function ninetyNinth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * most) - 1] ?? 0;
}

/**
 * What 99 of 100 hours do not pass, or, where that is more, what comes back at the same hour of every
 * week: a report that is made each Monday is no outlier. An hour of the week that was measured once
 * counts as it was.
 */
export function loadOf(measured: readonly MeasuredHour[]): number {
  const weekly = new Map<number, number>();
  for (const { at, value } of measured) {
    const ofWeek = Math.floor(at.getTime() / hour) % week;
    weekly.set(ofWeek, Math.min(value, weekly.get(ofWeek) ?? Number.POSITIVE_INFINITY));
  }
  const returning = [...weekly.values()].reduce((high, value) => Math.max(high, value), 0);
  return Math.max(returning, ninetyNinth(measured.map(({ value }) => value)));
}

/** What was measured of an instance; what is absent was not, or not in almost every hour. */
export interface MachineLoad {
  /** Percent of all its cores. */
  readonly cpu: number;
  /** Percent of its memory, as the CloudWatch agent says. */
  readonly memory?: number | undefined;
  /** Bytes a second, in the busier direction. */
  readonly network?: number | undefined;
  /** Bytes a second, read and written. */
  readonly disk?: number | undefined;
}
