/** Reads what instances did, and what else there is to know of those that are idle. */
import type { Instance, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { type HourlyMetric, hourlyOf } from "../../../aws/cloudwatch/hourly.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { localDisks, readsOfStopping, stopProtection, typesOf } from "../../../aws/ec2/stopping.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";
import {
  coresOf,
  type IdleLimits,
  idlenessOf,
  isQuiet,
  ranThroughout,
  type Usage,
} from "./idle.ts";

export const reads = [describeInstances, ...readsOfStopping, getMetricData] as const;

/** Where and when it is looked, and by which limits. */
export interface Looking {
  readonly read: Reader<typeof reads>;
  readonly now: Date;
  readonly limits: IdleLimits;
}

/** Instances that are looked at together. */
export const instancesAtOnce = 500;

interface Metric {
  readonly name: "CPUUtilization" | "NetworkIn" | "NetworkOut";
  readonly stat: "Average" | "Maximum" | "Sum";
}

const metricOf = ({ InstanceId }: Instance, { name, stat }: Metric): HourlyMetric => ({
  namespace: "AWS/EC2",
  name,
  stat,
  dimensions: { InstanceId },
});

/**
 * CPU for all that have run long enough, its peaks and the network only for those below the limit,
 * protection and local disks only for those that are idle (rule: page-size).
 */
export async function usageOf(instances: readonly Instance[], looking: Looking): Promise<Usage[]> {
  const { now, limits } = looking;
  const measured = instances.filter(
    (instance) => instance.State?.Name === "running" && ranThroughout(instance, now, limits),
  );
  const stretch = { now, days: limits.days };
  const cpu = await hourlyOf(
    looking.read,
    measured.map((instance) => metricOf(instance, { name: "CPUUtilization", stat: "Average" })),
    stretch,
  );
  const byCpu = measured.map((instance, at): Usage => ({ instance, cpu: cpu[at] ?? [] }));
  const quiet = byCpu.filter((usage) => isQuiet(usage, limits));
  const types = await typesOf(
    quiet.map(({ instance }) => instance),
    looking.read,
  );
  const whole = await withPeaks(quiet, types, looking);
  const idle = whole.filter((usage) => idlenessOf(usage, now, limits));
  const kept = await keptBy(idle, types, looking);

  const usages = new Map<Instance, Usage>();
  for (const usage of [...byCpu, ...whole, ...kept]) usages.set(usage.instance, usage);
  return instances.map((instance) => usages.get(instance) ?? { instance });
}

/** With their cores, the highest CPU of each hour, and the network. */
async function withPeaks(
  quiet: readonly Usage[],
  types: ReadonlyMap<string, InstanceTypeInfo>,
  { read, now, limits }: Looking,
): Promise<Usage[]> {
  const metrics = quiet.flatMap(({ instance }) => [
    metricOf(instance, { name: "CPUUtilization", stat: "Maximum" }),
    metricOf(instance, { name: "NetworkIn", stat: "Sum" }),
    metricOf(instance, { name: "NetworkOut", stat: "Sum" }),
  ]);
  const values = await hourlyOf(read, metrics, { now, days: limits.days });
  return quiet.map((usage, at): Usage => {
    const type = types.get(usage.instance.InstanceType ?? "");
    return {
      ...usage,
      cores: coresOf(usage.instance, type?.VCpuInfo?.DefaultVCpus),
      highest: values[3 * at] ?? [],
      network: { in: values[3 * at + 1] ?? [], out: values[3 * at + 2] ?? [] },
    };
  });
}

/** What a description of the instance does not say. */
async function keptBy(
  idle: readonly Usage[],
  types: ReadonlyMap<string, InstanceTypeInfo>,
  { read }: Looking,
): Promise<Usage[]> {
  const keep = async (usage: Usage): Promise<Usage> => {
    const { instance } = usage;
    const kept =
      (await stopProtection(instance, read)) ?? keptByType(types.get(instance.InstanceType ?? ""));
    return kept === undefined ? usage : { ...usage, kept };
  };
  return concurrently(idle, keep, { concurrency: 8 });
}

function keptByType(type: InstanceTypeInfo | undefined): string | undefined {
  const disks = localDisks(type);
  if (disks || !type) return disks;
  const { GpuInfo, NeuronInfo, InferenceAcceleratorInfo, FpgaInfo, MediaAcceleratorInfo } = type;
  const accelerators =
    GpuInfo ?? NeuronInfo ?? InferenceAcceleratorInfo ?? FpgaInfo ?? MediaAcceleratorInfo;
  return accelerators && "its accelerators, which may be at work while its CPU is not";
}
