/** What CloudWatch counts of things over whole days: a sum for each day, and none for a day without. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { getMetricData } from "../../aws/cloudwatch/metric.ts";
import { before, days } from "../../sdk/time.ts";
import type { Reader } from "../../sdk/unit.ts";

const day = 86_400;

/** A metric that things of one kind have, by the dimension that names them. */
export interface DailyMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: string;
}

/** The days that are looked at: from the first midnight to before the last. */
export interface WholeDays {
  readonly from: Date;
  readonly until: Date;
}

/** The last ones, in UTC: today's is not over. */
export function wholeDays(now: Date, length: number): WholeDays {
  const until = new Date(now.getTime() - (now.getTime() % (day * 1000)));
  return { from: before(until, days(length)), until };
}

/** Of all days together. */
export interface DailySum {
  readonly sum: number;
  /** Days of those that were asked for on which there was some. */
  readonly days: number;
}

const queryOf = (metric: DailyMetric, thing: string, at: number): MetricDataQuery => ({
  Id: `m${at}`,
  MetricStat: {
    Period: day,
    Stat: "Sum",
    Metric: {
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: [{ Name: metric.dimension, Value: thing }],
    },
  },
});

/** @returns by name; a thing of which there was none is not there */
export async function dailySums(
  read: Reader<readonly [typeof getMetricData]>,
  metric: DailyMetric,
  things: readonly string[],
  { from: StartTime, until: EndTime }: WholeDays,
): Promise<ReadonlyMap<string, DailySum>> {
  const sums = new Map<string, DailySum>();
  if (!things.length) return sums;
  const MetricDataQueries = things.map((thing, at) => queryOf(metric, thing, at));
  for await (const { Id = "", Values = [] } of read(
    getMetricData({ MetricDataQueries, StartTime, EndTime }),
  )) {
    const thing = things[Number(Id.slice(1))];
    const some = Values.filter((value) => value > 0);
    if (thing === undefined || !some.length) continue;
    const known = sums.get(thing) ?? { sum: 0, days: 0 };
    const sum = some.reduce((total, value) => total + value, known.sum);
    sums.set(thing, { sum, days: known.days + some.length });
  }
  return sums;
}
