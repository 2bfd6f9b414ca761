/** How long functions ran, as CloudWatch counts it. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import type { Reader } from "../../../sdk/unit.ts";

const day = 86_400;

/** The whole days that are looked at. */
export interface LookedDays {
  readonly from: Date;
  readonly until: Date;
}

/** All versions and aliases of it. */
const queryOf = (name: string, at: number): MetricDataQuery => ({
  Id: `m${at}`,
  MetricStat: {
    Period: day,
    Stat: "Sum",
    Metric: {
      Namespace: "AWS/Lambda",
      MetricName: "Duration",
      Dimensions: [{ Name: "FunctionName", Value: name }],
    },
  },
});

/** @returns seconds by name; a function that did not run is not there */
export async function secondsRun(
  read: Reader<readonly [typeof getMetricData]>,
  names: readonly string[],
  { from: StartTime, until: EndTime }: LookedDays,
): Promise<ReadonlyMap<string, number>> {
  const seconds = new Map<string, number>();
  if (!names.length) return seconds;
  const MetricDataQueries = names.map(queryOf);
  for await (const { Id = "", Values = [] } of read(
    getMetricData({ MetricDataQueries, StartTime, EndTime }),
  )) {
    const name = names[Number(Id.slice(1))];
    const more = Values.reduce((sum, value) => sum + value, 0) / 1000;
    if (name !== undefined && more > 0) seconds.set(name, (seconds.get(name) ?? 0) + more);
  }
  return seconds;
}
