/**
 * Takes from managed node groups of EKS the nodes that do nothing. Idle is what stayed idle: for weeks
 * on end no hour of the group took much CPU on average, and no node of it at any moment. One that was
 * made within that time is not, nor one whose monitoring has gaps. Such a group gets as many nodes as
 * its minimum says, and never fewer than `least`; minimum and maximum stay, so that a cluster's
 * autoscaler gives it more as soon as pods wait. Its former size is the way back.
 *
 * Which pods run on its nodes, nothing in AWS tells: pods that wait for work take little CPU too, and
 * move to the nodes that stay, or wait where these have no room. Memory is not looked at, for EC2 does
 * not measure it.
 *
 * Left alone and named are groups that others manage, with accelerators, whose work CPU does not show,
 * whose instance types a launch template alone names, and those that follow a schedule of hours.
 */
import * as z from "zod/mini";
import { type IdleKind, type Idling, idleness } from "../../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { instancePricePerMonth } from "../../../aws/ec2/instance-price.ts";
import {
  everyNodeGroup,
  type NodeGroup,
  nodeGroupListings,
  nodeGroupsById,
} from "../../../aws/eks/managed-node-group.ts";
import { updateNodegroupConfig } from "../../../aws/eks/node-group.ts";
import { type NodeSizes, shownNodes, withNodes } from "../../../aws/eks/node-sizes.ts";
import { pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { managedBy, managedByHours } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";

const percent = z.number().check(z.positive(), z.lte(100));
const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(1), z.lte(60)), 14)
    .check(z.describe("How long it must have been idle.")),
  cpu: z
    ._default(percent, 5)
    .check(z.describe("Average CPU of its nodes, in percent, that no hour may reach.")),
  peak: z
    ._default(percent, 20)
    .check(z.describe("CPU, in percent, that no single measurement of a node may reach.")),
  least: z
    ._default(z.int().check(z.gte(0), z.lte(100)), 1)
    .check(z.describe("Nodes that it keeps in any case; 0: as few as its minimum says.")),
});
type Limits = z.output<typeof config>;

/** A node group, and what its nodes did; absent: it has no nodes to give. */
export interface FoundNodeGroup {
  readonly group: NodeGroup;
  readonly idling?: Idling | undefined;
  /** What it would be left with. */
  readonly fewer?: NodeSizes;
}

/** By EC2, of all instances of the group behind it together. */
const cpuOf = ({ scaledBy = "" }: NodeGroup, stat: "Average" | "Maximum") => ({
  namespace: "AWS/EC2",
  name: "CPUUtilization",
  stat,
  dimensions: { AutoScalingGroupName: scaledBy },
});

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html */
const kindBy = ({ cpu, peak }: Limits): IdleKind<NodeGroup> => ({
  since: ({ createdAt }) => createdAt,
  stages: [
    (group) => [{ metric: cpuOf(group, "Average"), below: cpu }],
    (group) => [{ metric: cpuOf(group, "Maximum"), below: peak }],
  ],
});

/** What it is to have: never more than it has. */
const fewest = ({ sizes }: NodeGroup, { least }: Pick<Limits, "least">): NodeSizes => ({
  ...sizes,
  desired: Math.min(sizes.desired, Math.max(sizes.min, least)),
});

const hasSpare = (group: NodeGroup, limits: Limits): boolean =>
  group.status === "ACTIVE" &&
  group.scaledBy !== undefined &&
  fewest(group, limits).desired < group.sizes.desired;

/** Families whose work CPU does not show. */
const accelerated = ["p", "g", "inf", "trn", "dl", "vt", "f"];

const isAccelerated = (type: string): boolean => {
  const family = type.split(".")[0] ?? "";
  return accelerated.some(
    (letters) => family.startsWith(letters) && /^\d/.test(family.slice(letters.length)),
  );
};

/** What so many nodes cost a month; nothing where a price is not known. */
function savedBy({ pricedType }: NodeGroup, nodes: number, region: string): number | undefined {
  const price = pricedType && instancePricePerMonth(pricedType, region);
  return price ? Math.round(price * nodes * 100) / 100 : undefined;
}

/** Who or what else decides how many nodes it has (rule: managed-by-others). */
export function nodeGroupManager({ tags, instanceTypes }: NodeGroup): string | undefined {
  const by = managedBy([...tags]) ?? managedByHours([...tags]);
  if (by) return by;
  if (instanceTypes.length === 0)
    return "its launch template, which alone names its instance types: whether these have accelerators is not known";
  const type = instanceTypes.find(isAccelerated);
  return type && `its accelerators (${type}), whose work CPU does not show`;
}

export default automation({
  id: "idle-node-groups",
  family: "cost",
  summary: "Takes idle nodes from node groups of EKS, down to their minimum",
  on: [sweep("cron(10 5 * * ? *)", { window: minutes(30) })],
  config,
  reads: [...nodeGroupListings, getMetricData],
  writes: [updateNodegroupConfig],
  lost: [
    "The nodes themselves: what lay on their disks only is gone, and new ones are launched.",
    "What pods held in memory that ran there. EKS evicts them first, for 15 minutes at most; disruption budgets of theirs do not stop it.",
  ],

  async *find({ read, only, config: limits, now }): AsyncGenerator<FoundNodeGroup> {
    const groups = only
      ? await nodeGroupsById(only, read)
      : await Array.fromAsync(everyNodeGroup(read));
    const spare = groups.filter((group) => hasSpare(group, limits));
    const idling = await idleness(read, spare, kindBy(limits), { now, days: limits.days });
    for (const group of groups)
      yield { group, idling: idling.get(group), fewer: fewest(group, limits) };
  },

  target: ({ group }) => ({ id: group.id, tags: group.tags, managed: nodeGroupManager(group) }),
  state: ({ group }): NodeSizes => group.sizes,
  becomes: ({ fewer }) => fewer,

  restore: {
    by: [updateNodegroupConfig],
    calls: (before, { target }) => withNodes(target, before),
  },

  propose({ group, idling }, { config: limits, region }) {
    if (!hasSpare(group, limits) || idling?.is !== "idle") return;
    const sizes = fewest(group, limits);
    const [average = 0, highest = 0] = idling.most;
    const saves = savedBy(group, group.sizes.desired - sizes.desired, region);
    const source = saves === undefined ? "" : pricedBy(region, "ec2");
    return {
      because: `for ${limits.days} days no hour took more than ${average.toFixed(1)} % CPU (${highest.toFixed(1)} % at the highest of any node); it has ${shownNodes(group.sizes)} and keeps ${sizes.desired}. Which pods run there AWS does not tell${source}`,
      savesPerMonth: saves ?? "unknown",
      call: withNodes(group.id, sizes),
    };
  },
});
