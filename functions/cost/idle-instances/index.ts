/**
 * Stops instances that do nothing. Idle is what stayed idle: for days on end it ran without being
 * started again, and no hour of them took much CPU on average, nor at any moment, nor much network.
 * Almost no hour may be missing: one whose monitoring has gaps is not judged at all. So an instance
 * that was launched, or started again, within that time is never idle, nor one that works a few
 * minutes each hour. Of more than four cores, four count: one busy core is work on a machine of any
 * size. Stopping keeps the volumes; one that was launched to hibernate hibernates, which keeps its
 * memory too. Starting it again is the way back.
 *
 * Left alone and named: what others manage (groups, clusters, stacks, RDS Custom, the replication
 * servers of Elastic Disaster Recovery and of Application Migration Service), spot instances, local
 * disks, stop protection, and accelerators, whose work CPU does not show.
 */
import * as z from "zod/mini";
import { describeInstances, stopInstances } from "../../../aws/ec2/instance.ts";
import { pricePerMonthOf } from "../../../aws/ec2/instance-price.ts";
import { filterValues, instanceManager } from "../../../aws/ec2/stopping.ts";
import { pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { idlenessOf, megabyte } from "./idle.ts";
import { instancesAtOnce, reads, usageOf } from "./usage.ts";

const percent = z.number().check(z.positive(), z.lte(100));
const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(1), z.lte(60)), 14)
    .check(z.describe("How long it must have been idle.")),
  cpu: z
    ._default(percent, 5)
    .check(z.describe("Average CPU, in percent of at most four cores, that no hour may reach.")),
  peak: z
    ._default(percent, 20)
    .check(
      z.describe(
        "CPU, in percent of at most four cores, that no single measurement may reach (one each five minutes, or each minute with detailed monitoring).",
      ),
    ),
  network: z
    ._default(z.number().check(z.positive()), 5)
    .check(z.describe("Megabytes, in or out, that no hour may reach.")),
});

export default automation({
  id: "idle-instances",
  family: "cost",
  summary: "Stops EC2 instances that have been idle for weeks",
  on: [sweep("cron(0 4 * * ? *)", { window: minutes(30) })],
  config,
  reads,
  writes: [stopInstances],
  lost: [
    "Its public IPv4 address, unless that is an Elastic IP.",
    "What was in memory only, unless it hibernates.",
  ],

  async *find({ read, pages, only, config: limits, now }) {
    const looking = { read, now, limits };
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
          looking,
        );
      }
      return;
    }
    const running = describeInstances({
      Filters: [{ Name: "instance-state-name", Values: ["running"] }],
    });
    for await (const instances of pages(running, instancesAtOnce))
      for (const some of chunks(instances, instancesAtOnce)) yield* await usageOf(some, looking);
  },

  target: (usage) => ({
    id: usage.instance.InstanceId,
    tags: usage.instance.Tags ?? [],
    managed: instanceManager(usage.instance) ?? usage.kept,
  }),

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ instance: { State } }) => ({
    state: State?.Name === "running" || State?.Name === "pending" ? "running" : "stopped",
  }),

  becomes: () => ({ state: "stopped" }),

  propose(usage, { config: limits, now, region }) {
    const { InstanceId, State, HibernationOptions } = usage.instance;
    const idle = idlenessOf(usage, now, limits);
    if (!InstanceId || State?.Name !== "running" || !idle) return;
    const savesPerMonth = pricePerMonthOf(usage.instance, region);
    const source = savesPerMonth === undefined ? "" : pricedBy(region, "ec2");
    const cpu = `${idle.average.toFixed(1)} % CPU (${idle.highest.toFixed(1)} % at its highest)`;
    const network = `${(idle.bytes / megabyte).toFixed(1)} MB of network`;
    return {
      because: `for ${limits.days} days no hour took more than ${cpu} and ${network}${source}`,
      call: stopInstances({
        InstanceIds: [InstanceId],
        ...(HibernationOptions?.Configured && { Hibernate: true }),
      }),
      savesPerMonth: savesPerMonth ?? "unknown",
    };
  },
});
