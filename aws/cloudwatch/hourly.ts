/**
 * What CloudWatch measured of things hour by hour, and whether that suffices to judge by: what every
 * unit goes by that calls something idle. A thing is idle only where it was there all the time,
 * almost no hour is missing, and no hour reaches a limit: one peak a week is work.
 */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { before, days as daysLong } from "../../sdk/time.ts";
import type { Reader } from "../../sdk/unit.ts";
import { getMetricData } from "./metric.ts";

/** One value for each hour that has one. */
export type Hourly = readonly number[];

/** An hour that was measured. */
export interface MeasuredHour {
  /** When it began. */
  readonly at: Date;
  readonly value: number;
}

/** One metric of one thing. */
export interface HourlyMetric {
  readonly namespace: string;
  readonly name: string;
  readonly stat: "Average" | "Maximum" | "Sum" | "SampleCount";
  readonly dimensions: Readonly<Record<string, string | undefined>>;
}

/** The whole hours that are looked at: so many days, up to the last one. */
export interface MeasuredDays {
  readonly now: Date;
  readonly days: number;
}

const hour = 3_600;
/** Of the hourly points that must exist (rule: page-size). */
const complete = 0.9;

/** The end of the last whole hour: what metrics are asked for ends with it. */
export const lastHour = (now: Date): Date =>
  new Date(Math.floor(now.getTime() / (hour * 1000)) * hour * 1000);

/** Since when it must have been idle. */
export const sinceWhen = ({ now, days }: MeasuredDays): Date =>
  before(lastHour(now), daysLong(days));

/** Whether almost no hour is missing. */
export const isComplete = (hourly: Hourly, { days }: Pick<MeasuredDays, "days">): boolean =>
  hourly.length >= days * 24 * complete;

/** The highest hour; nothing where too many are missing to say. */
export function mostOf(
  hourly: Hourly | undefined,
  stretch: Pick<MeasuredDays, "days">,
): number | undefined {
  if (!hourly || !isComplete(hourly, stretch)) return undefined;
  return hourly.reduce((highest, value) => Math.max(highest, value), 0);
}

const queryOf = (
  { namespace: Namespace, name: MetricName, stat: Stat, dimensions }: HourlyMetric,
  at: number,
): MetricDataQuery => ({
  Id: `m${at}`,
  MetricStat: {
    Metric: {
      Namespace,
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: hour,
    Stat,
  },
});

/**
 * The measured hours of each metric, the earliest first, in the order that the metrics are asked in:
 * as few calls as there can be, whatever their number. A metric's points may come in several pieces.
 */
export async function measuredHoursOf(
  read: Reader<readonly [typeof getMetricData]>,
  metrics: readonly HourlyMetric[],
  stretch: MeasuredDays,
): Promise<MeasuredHour[][]> {
  const measured: MeasuredHour[][] = metrics.map(() => []);
  if (metrics.length === 0) return measured;
  const MetricDataQueries = metrics.map(queryOf);
  const [StartTime, EndTime] = [sinceWhen(stretch), lastHour(stretch.now)];
  for await (const { Id = "", Values = [], Timestamps = [] } of read(
    getMetricData({ MetricDataQueries, StartTime, EndTime }),
  )) {
    const into = measured[Number(Id.slice(1))];
    for (const [at, value] of Values.entries())
      into?.push({ at: Timestamps[at] ?? StartTime, value });
  }
  for (const each of measured) each.sort((a, b) => a.at.getTime() - b.at.getTime());
  return measured;
}

/** As `measuredHoursOf`, where it does not matter which hour a value is of. */
export const hourlyOf = async (
  read: Reader<readonly [typeof getMetricData]>,
  metrics: readonly HourlyMetric[],
  stretch: MeasuredDays,
): Promise<Hourly[]> =>
  (await measuredHoursOf(read, metrics, stretch)).map((measured) =>
    measured.map(({ value }) => value),
  );

/**
 * The longest time, in hours, in which nothing was measured: what stood still is not measured.
 * @param measured the earliest first
 */
export function longestHole(measured: readonly MeasuredHour[], stretch: MeasuredDays): number {
  let longest = 0;
  let measuredUntil = sinceWhen(stretch).getTime();
  for (const at of [...measured.map((each) => each.at), lastHour(stretch.now)]) {
    longest = Math.max(longest, at.getTime() - measuredUntil);
    measuredUntil = at.getTime() + hour * 1000;
  }
  return longest / (hour * 1000);
}
