/** How much was written to log groups, as CloudWatch counts it. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

const day = 86_400;

/**
 * Before they are packed. It has no point for a day on which nothing was written.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
const queryOf = (group: string, at: number): MetricDataQuery => ({
  Id: `m${at}`,
  MetricStat: {
    Period: day,
    Stat: "Sum",
    Metric: {
      Namespace: "AWS/Logs",
      MetricName: "IncomingBytes",
      Dimensions: [{ Name: "LogGroupName", Value: group }],
    },
  },
});

/** What was written to a group. */
export interface WrittenBytes {
  readonly bytes: number;
  /** Days of those that were asked for on which something was. */
  readonly days: number;
}

/**
 * Whole days alone: today's is not over.
 * @returns by name; a group to which nothing was written is not there
 */
export async function writtenTo(
  read: Reader<readonly [typeof getMetricData]>,
  groups: readonly string[],
  { now, length }: { readonly now: Date; readonly length: number },
): Promise<ReadonlyMap<string, WrittenBytes>> {
  const EndTime = new Date(now.getTime() - (now.getTime() % (day * 1000)));
  const asked = { StartTime: before(EndTime, days(length)), EndTime };
  const MetricDataQueries = groups.map(queryOf);
  const written = new Map<string, WrittenBytes>();
  for await (const { Id = "", Values = [] } of read(
    getMetricData({ MetricDataQueries, ...asked }),
  )) {
    const group = groups[Number(Id.slice(1))];
    const busy = Values.filter((value) => value > 0);
    if (group === undefined || !busy.length) continue;
    const known = written.get(group) ?? { bytes: 0, days: 0 };
    const bytes = busy.reduce((sum, value) => sum + value, known.bytes);
    written.set(group, { bytes, days: known.days + busy.length });
  }
  return written;
}
