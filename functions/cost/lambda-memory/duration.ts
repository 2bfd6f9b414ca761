/** How long functions ran, as CloudWatch counts it. */
import type { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { dailySums, type WholeDays } from "../daily-sums.ts";

/** Of all versions and aliases of it, in milliseconds. */
const duration = { namespace: "AWS/Lambda", name: "Duration", dimension: "FunctionName" };

/** @returns seconds by name; a function that did not run is not there */
export async function secondsRun(
  read: Reader<readonly [typeof getMetricData]>,
  names: readonly string[],
  looked: WholeDays,
): Promise<ReadonlyMap<string, number>> {
  const sums = await dailySums(read, duration, names, looked);
  return new Map([...sums].map(([name, { sum }]) => [name, sum / 1000]));
}
