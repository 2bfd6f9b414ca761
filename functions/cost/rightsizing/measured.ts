/** Reads what instances were measured to do, as far as their size goes by it. */
import {
  type HourlyMetric,
  isComplete,
  type MeasuredDays,
  type MeasuredHour,
  measuredHoursOf,
} from "../../../aws/cloudwatch/hourly.ts";
import { listMetrics } from "../../../aws/cloudwatch/listed-metric.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { loadOf, type MachineLoad } from "./load.ts";

export const readsOfLoad = [getMetricData, listMetrics] as const;
type Read = Reader<typeof readsOfLoad>;

/** As the CloudWatch agent of Linux names it, unless somebody has it say otherwise. */
const agent = { namespace: "CWAgent", name: "mem_used_percent" } as const;

/**
 * How the agent's memory is asked for, by instance: with which dimensions it reports is anybody's
 * choice. Of several the one with the fewest, which is the sum of the others where there is one.
 */
export async function memoryMetrics(read: Read): Promise<ReadonlyMap<string, HourlyMetric>> {
  const found = new Map<string, HourlyMetric>();
  const input = { Namespace: agent.namespace, MetricName: agent.name };
  for await (const { Dimensions = [] } of read(listMetrics(input))) {
    const dimensions = Object.fromEntries(
      Dimensions.map(({ Name = "", Value }) => [Name, Value] as const),
    );
    const id = dimensions.InstanceId;
    if (!id) continue;
    const fewest = Object.keys(found.get(id)?.dimensions ?? {}).length;
    if (!fewest || Dimensions.length < fewest)
      found.set(id, { ...agent, stat: "Maximum", dimensions });
  }
  return found;
}

const metricOf = (InstanceId: string, name: string, stat: "Maximum" | "Sum"): HourlyMetric => ({
  namespace: "AWS/EC2",
  name,
  stat,
  dimensions: { InstanceId },
});

/** A gap is no zero: with too many hours missing nothing is said. */
const wholeLoad = (
  measured: readonly MeasuredHour[] | undefined,
  stretch: MeasuredDays,
): number | undefined => {
  const values = (measured ?? []).map(({ value }) => value);
  return measured && isComplete(values, stretch) ? loadOf(measured) : undefined;
};

/** Of sums by the hour, a second's share. */
const perSecond = (sum: number | undefined): number | undefined =>
  sum === undefined ? undefined : sum / 3600;

const busier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);
const both = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;

const sums = ["NetworkIn", "NetworkOut", "EBSReadBytes", "EBSWriteBytes"] as const;

/** Where and when it is looked. */
export interface LoadLooking extends MeasuredDays {
  readonly read: Read;
  readonly memory: ReadonlyMap<string, HourlyMetric>;
  /** Percent of its cores: what is busier could not do with fewer, and nothing else is asked of it. */
  readonly busy: number;
}

/**
 * By id: `busy` for what needs its cores, `gaps` for what was not measured in almost every hour,
 * which is what was not there, stood still, or has a hole in its monitoring.
 */
export async function loadsOf(
  ids: readonly string[],
  looking: LoadLooking,
): Promise<ReadonlyMap<string, MachineLoad | "busy" | "gaps">> {
  const { read, memory, busy } = looking;
  const loads = new Map<string, MachineLoad | "busy" | "gaps">();
  const cpu = await measuredHoursOf(
    read,
    ids.map((id) => metricOf(id, "CPUUtilization", "Maximum")),
    looking,
  );
  const quiet: (readonly [id: string, cpu: number])[] = [];
  for (const [at, id] of ids.entries()) {
    const load = wholeLoad(cpu[at], looking);
    if (load === undefined) loads.set(id, "gaps");
    else if (load > busy) loads.set(id, "busy");
    else quiet.push([id, load]);
  }
  const more = quiet.flatMap(([id]) => {
    const ofMemory = memory.get(id);
    return [...sums.map((name) => metricOf(id, name, "Sum")), ...(ofMemory ? [ofMemory] : [])];
  });
  const measured = (await measuredHoursOf(read, more, looking)).values();
  const next = (): number | undefined => wholeLoad(measured.next().value, looking);
  for (const [id, ofCpu] of quiet) {
    const [inward, outward, reads, writes] = sums.map(next);
    loads.set(id, {
      cpu: ofCpu,
      network: perSecond(busier(inward, outward)),
      disk: perSecond(both(reads, writes)),
      memory: memory.has(id) ? next() : undefined,
    });
  }
  return loads;
}
