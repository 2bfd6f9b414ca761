/** How much was written to log groups, as CloudWatch counts it. */
import type { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { dailySums, wholeDays } from "../daily-sums.ts";

/**
 * Before they are packed. It has no point for a day on which nothing was written.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
const incoming = { namespace: "AWS/Logs", name: "IncomingBytes", dimension: "LogGroupName" };

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
  const sums = await dailySums(read, incoming, groups, wholeDays(now, length));
  return new Map([...sums].map(([group, { sum, days }]) => [group, { bytes: sum, days }]));
}
