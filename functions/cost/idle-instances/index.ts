/**
 * Stops instances that do nothing. Idle is what stayed idle: every hour of the last days, in CPU
 * and in network, with almost no hour missing. So an instance that was launched, or started again,
 * within that time is never idle, and one whose monitoring has gaps is not judged at all. Stopping
 * keeps the volumes; starting it again is the way back.
 */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { Instance } from "@aws-sdk/client-ec2";
import pMap from "p-map";
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import {
  describeInstanceAttribute,
  describeInstances,
  stopInstances,
} from "../../../aws/ec2/instance.ts";
import { describeInstanceTypes } from "../../../aws/ec2/instance-type.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { pricePerMonth } from "./instance-price.ts";

const reads = [
  describeInstances,
  describeInstanceAttribute,
  describeInstanceTypes,
  getMetricData,
] as const;
type Read = Reader<typeof reads>;

const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(1), z.lte(60)), 14)
    .check(z.describe("How long it must have been idle.")),
  cpu: z
    ._default(z.number().check(z.positive(), z.lte(100)), 5)
    .check(z.describe("Average CPU, in percent, that no hour may reach.")),
  network: z
    ._default(z.number().check(z.positive()), 5)
    .check(z.describe("Megabytes, in or out, that no hour may reach.")),
});
type Config = z.output<typeof config>;

/** Of the hourly points that must exist. */
const complete = 0.9;
/** Queries that a call takes, and so the instances that are looked at together. */
const queriesPerCall = 500;
/** A filter takes 200 values. */
const filterValues = 200;
const megabyte = 1_000_000;

/** One value for each hour that has one. */
type Hourly = readonly number[];

/** An instance, and as much of what it did as was needed to judge it. */
export interface Usage {
  readonly instance: Instance;
  /** Percent. */
  readonly cpu?: Hourly;
  /** Bytes. */
  readonly network?: { readonly in: Hourly; readonly out: Hourly };
  /** Why it cannot be stopped without harm, beside what its own description says. */
  readonly kept?: string;
}

/** The highest hour, where almost none is missing and none reaches the limit. */
function peak(hourly: Hourly | undefined, limit: number, { days }: Config): number | undefined {
  if (!hourly || hourly.length < days * 24 * complete) return undefined;
  const most = Math.max(0, ...hourly);
  return most < limit ? most : undefined;
}

/** Of an instance that was idle. */
function peaks(
  { cpu, network }: Usage,
  settings: Config,
): { readonly percent: number; readonly bytes: number } | undefined {
  const percent = peak(cpu, settings.cpu, settings);
  const inward = peak(network?.in, settings.network * megabyte, settings);
  const outward = peak(network?.out, settings.network * megabyte, settings);
  return percent === undefined || inward === undefined || outward === undefined
    ? undefined
    : { percent, bytes: Math.max(inward, outward) };
}

const metric = (
  Id: string,
  InstanceId: string | undefined,
  MetricName: string,
  Stat: string,
): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: {
      Namespace: "AWS/EC2",
      MetricName,
      Dimensions: [{ Name: "InstanceId", Value: InstanceId }],
    },
    Period: 3600,
    Stat,
  },
});

/**
 * The hourly values of the whole hours before `now`, by query. A query's points may come in several
 * pieces.
 */
async function hourly(
  read: Read,
  queries: readonly MetricDataQuery[],
  length: number,
  now: Date,
): Promise<Map<string, number[]>> {
  const EndTime = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  const values = new Map<string, number[]>();
  for (const MetricDataQueries of chunks(queries, queriesPerCall))
    for await (const { Id = "", Values = [] } of read(
      getMetricData({ MetricDataQueries, StartTime: before(EndTime, days(length)), EndTime }),
    ))
      values.set(Id, [...(values.get(Id) ?? []), ...Values]);
  return values;
}

/**
 * CPU for all, network only for those below the limit, protection and local disks only for those
 * that are idle (rule: page-size).
 */
async function usageOf(
  instances: readonly Instance[],
  read: Read,
  settings: Config,
  now: Date,
): Promise<Usage[]> {
  const running = instances.filter(({ State }) => State?.Name === "running");
  const cpu = await hourly(
    read,
    running.map(({ InstanceId }, at) => metric(`c${at}`, InstanceId, "CPUUtilization", "Average")),
    settings.days,
    now,
  );
  const byCpu = running.map((instance, at): Usage => ({ instance, cpu: cpu.get(`c${at}`) ?? [] }));
  const quiet = byCpu.filter(({ cpu: hours }) => peak(hours, settings.cpu, settings) !== undefined);
  const queries = quiet.flatMap(({ instance: { InstanceId } }, at) => [
    metric(`i${at}`, InstanceId, "NetworkIn", "Sum"),
    metric(`o${at}`, InstanceId, "NetworkOut", "Sum"),
  ]);
  const network = await hourly(read, queries, settings.days, now);
  const byNetwork = quiet.map(
    (usage, at): Usage => ({
      ...usage,
      network: { in: network.get(`i${at}`) ?? [], out: network.get(`o${at}`) ?? [] },
    }),
  );
  const idle = byNetwork.filter((usage) => peaks(usage, settings));
  const kept = await keptBy(
    idle.map(({ instance }) => instance),
    read,
  );

  const judged = new Map(byNetwork.map((usage) => [usage.instance, usage] as const));
  return [
    ...byCpu
      .map((usage) => judged.get(usage.instance) ?? usage)
      .map((usage) => ({ ...usage, ...kept.get(usage.instance) })),
    ...instances
      .filter((instance) => !running.includes(instance))
      .map((instance) => ({ instance })),
  ];
}

/** What a description of the instance does not say. */
async function keptBy(
  idle: readonly Instance[],
  read: Read,
): Promise<Map<Instance, { readonly kept: string }>> {
  const types = [...new Set(idle.flatMap(({ InstanceType }) => InstanceType ?? []))];
  const disks = new Map<string, boolean | undefined>();
  for (const Values of chunks(types, filterValues))
    for await (const { InstanceType = "", InstanceStorageSupported } of read(
      describeInstanceTypes({ Filters: [{ Name: "instance-type", Values }] }),
    ))
      disks.set(InstanceType, InstanceStorageSupported);

  const kept = new Map<Instance, { readonly kept: string }>();
  await pMap(
    idle,
    async (instance) => {
      const { InstanceId, InstanceType = "" } = instance;
      const attribute = await read(
        describeInstanceAttribute({ InstanceId, Attribute: "disableApiStop" }),
      );
      if (attribute?.DisableApiStop?.Value)
        kept.set(instance, { kept: "stop protection, which somebody set on it" });
      // What is not known to have none is taken to have some.
      else if (disks.get(InstanceType) !== false)
        kept.set(instance, { kept: "its local disks, which a stop would wipe" });
    },
    { concurrency: 8 },
  );
  return kept;
}

/** Who or what else decides whether it runs (rule: managed-by-others). */
function manager({
  instance: { Tags, Operator, InstanceLifecycle, SpotInstanceRequestId, RootDeviceType },
  kept,
}: Usage): string | undefined {
  const by = managedBy(Tags);
  if (by) return by;
  if (Operator?.Managed) return Operator.Principal ?? "an AWS service";
  if (InstanceLifecycle === "spot") return `the spot request ${SpotInstanceRequestId ?? ""}`.trim();
  if (InstanceLifecycle) return `a reservation of the kind ${InstanceLifecycle}`;
  if (RootDeviceType === "instance-store") return "its instance store, which a stop would wipe";
  return kept;
}

/** Only what the price table is about. */
const saving = ({
  InstanceType,
  PlatformDetails,
  InstanceLifecycle,
  Placement,
}: Instance): number | undefined =>
  InstanceType &&
  !InstanceLifecycle &&
  (PlatformDetails ?? "Linux/UNIX") === "Linux/UNIX" &&
  (Placement?.Tenancy ?? "default") === "default"
    ? pricePerMonth(InstanceType)
    : undefined;

export default automation({
  id: "idle-instances",
  family: "cost",
  summary: "Stops EC2 instances that have been idle for weeks",
  on: [sweep("cron(0 4 * * ? *)", { window: minutes(30) })],
  config,
  reads,
  writes: [stopInstances],
  lost: ["Its public IPv4 address, unless that is an Elastic IP.", "What was in memory only."],

  async *find({ read, only, config: settings, now }) {
    if (only) {
      // By filter: one that is gone must not fail the others. Those that end are gone for us too.
      for (const Values of chunks(only, filterValues)) {
        const instances = await Array.fromAsync(
          read(describeInstances({ Filters: [{ Name: "instance-id", Values }] })),
        );
        yield* await usageOf(
          instances.filter(
            ({ State }) => State?.Name !== "terminated" && State?.Name !== "shutting-down",
          ),
          read,
          settings,
          now,
        );
      }
      return;
    }
    let waiting: Instance[] = [];
    for await (const instance of read(
      describeInstances({ Filters: [{ Name: "instance-state-name", Values: ["running"] }] }),
    )) {
      waiting.push(instance);
      if (waiting.length < queriesPerCall) continue;
      yield* await usageOf(waiting, read, settings, now);
      waiting = [];
    }
    if (waiting.length > 0) yield* await usageOf(waiting, read, settings, now);
  },

  target: (usage) => ({
    id: usage.instance.InstanceId,
    tags: usage.instance.Tags ?? [],
    managed: manager(usage),
  }),

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ instance: { State } }) => ({
    state: State?.Name === "running" || State?.Name === "pending" ? "running" : "stopped",
  }),

  propose(usage, { config: settings }) {
    const { InstanceId, State } = usage.instance;
    const idle = peaks(usage, settings);
    if (!InstanceId || State?.Name !== "running" || !idle) return;
    const savesPerMonth = saving(usage.instance);
    return {
      because: `for ${settings.days} days no hour took more than ${idle.percent.toFixed(1)} % CPU and ${(idle.bytes / megabyte).toFixed(1)} MB of network`,
      call: stopInstances({ InstanceIds: [InstanceId] }),
      ...(savesPerMonth !== undefined && { savesPerMonth }),
    };
  },
});
