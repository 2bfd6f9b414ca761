/** Reads what there is to know of node groups that ask for a schedule. */
import { describeScalingActivities } from "../../../aws/autoscaling/activity.ts";
import { type NodeGroup, nodeGroupListings } from "../../../aws/eks/managed-node-group.ts";
import type { NodeSizes } from "../../../aws/eks/node-sizes.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { tagMap } from "../../../sdk/tags.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import { type LookByHours, managingTags } from "../looking.ts";
import { isLeftRunning, isToStop, type Scheduled } from "../scheduled.ts";
import { provisionerOf, provisionerReads } from "./provisioner.ts";
import { leftEmpty, readNodeSizes, sameSizes } from "./sizes.ts";

/** The unit's id, by which it knows its own doing. */
export const nodeGroupHours = "off-hours-node-groups";

export const nodeGroupHourReads = [
  ...nodeGroupListings,
  ...provisionerReads,
  describeScalingActivities,
] as const;

/** A node group, and as much about it as was needed to judge it. */
export interface ScheduledNodeGroup extends Scheduled {
  readonly group: NodeGroup;
  /** Who or what else decides how many nodes it has. */
  readonly managed?: string | undefined;
  /** What it is given back: what it had before this unit took it. */
  readonly sizesBefore?: NodeSizes | undefined;
  /**
   * It was scaled within its time off, and still lacks what this unit took: by the id of the action
   * that took it.
   */
  readonly lacksSince?: string | undefined;
}

/** Where it is looked too. */
export interface NodeGroupLook extends LookByHours {
  readonly read: Reader<typeof nodeGroupHourReads>;
  readonly config: LookByHours["config"] & { readonly besideProvisioners: boolean };
}

/** How many are asked about at once. */
const concurrency = 4;

/** One that is updated, made or broken is waited for. */
function runState({ status, sizes, isLost }: NodeGroup): Scheduled["is"] {
  if (isLost || (status !== "ACTIVE" && status !== "DEGRADED")) return "neither";
  return sizes.desired > 0 ? "running" : "stopped";
}

function known(group: NodeGroup, { now, config, schedules }: NodeGroupLook): ScheduledNodeGroup {
  const { id, tags, createdAt } = group;
  const asked = hoursOf({ id, tags: tagMap(tags) ?? {}, tag: config.tag, schedules, now });
  return {
    group,
    is: runState(group),
    hours: asked?.hours,
    unclear: asked?.unclear,
    startedAt: createdAt,
    managed: managedBy(managingTags([...tags], config.ofStacks)),
  };
}

/** In the words of Auto Scaling: what it was asked for has no field. */
const fromNoNodes = /desired capacity from 0 to [1-9]/i;

/** When somebody last gave it nodes, as far as the newest activities tell. */
async function filledAt(
  { scaledBy }: NodeGroup,
  read: NodeGroupLook["read"],
): Promise<Date | undefined> {
  if (scaledBy === undefined) return undefined;
  const asked = describeScalingActivities({ AutoScalingGroupName: scaledBy });
  const { Activities = [] } = await read(asked);
  return Activities.find(({ Cause = "" }) => fromNoNodes.test(Cause))?.StartTime;
}

interface Taken {
  readonly before: NodeSizes;
  readonly left: NodeSizes;
}

/** What it had before this unit emptied it, and what that left, where that is the last that it did. */
function sizesTaken({ createdAt }: NodeGroup, last: Remembered | undefined): Taken | undefined {
  const left = last && leftEmpty(last.call.input);
  const before = readNodeSizes(last?.before);
  if (!last || !left || !before) return undefined;
  // One of the same name that was made since is another.
  return createdAt && createdAt > last.at ? undefined : { before, left };
}

/** Of one that has nodes while its schedule says off: whether somebody gave it these within that. */
async function withStart(
  each: ScheduledNodeGroup,
  last: Remembered | undefined,
  read: NodeGroupLook["read"],
): Promise<ScheduledNodeGroup> {
  if (isLeftRunning(each)) return each;
  const from = each.hours?.period.from;
  if (last && sizesTaken(each.group, last) && from && last.at >= from)
    return { ...each, startedAt: last.at, isStartedLater: true };
  const startedAt = await filledAt(each.group, read);
  return startedAt ? { ...each, startedAt } : each;
}

/** Of one that has none: whether it is as this unit left it, and what it had before. */
function withStop(each: ScheduledNodeGroup, last: Remembered | undefined): ScheduledNodeGroup {
  const taken = sizesTaken(each.group, last);
  if (!taken || !sameSizes(taken.left, each.group.sizes)) return { ...each, wasAsked: true };
  return { ...each, wasAsked: true, stop: last, sizesBefore: taken.before };
}

/**
 * Of one that has nodes while its schedule says on: whether it was given some by night, as by the
 * cluster's autoscaler, and so never got back its minimum.
 */
function withLack(each: ScheduledNodeGroup, last: Remembered | undefined): ScheduledNodeGroup {
  const { sizes } = each.group;
  const taken = sizesTaken(each.group, last);
  if (!last || !taken || taken.left.max !== sizes.max) return each;
  const desired = Math.max(sizes.desired, taken.before.desired);
  const sizesBefore = { ...taken.before, desired };
  return sameSizes(sizesBefore, sizes) ? each : { ...each, sizesBefore, lacksSince: last.action };
}

/** Whether the ledger must say what this unit last did to it. */
function asksLedgerOf({ is, hours, unclear, group }: ScheduledNodeGroup): boolean {
  if (!hours || unclear !== undefined || is === "neither") return false;
  if (hours.period.is === "off") return is === "running";
  // With a minimum of its own it is as it is to be.
  return hours.starts && (is === "stopped" || group.sizes.min === 0);
}

/** The ledger and the activities only of what is not as its schedule says. */
async function withRest(
  each: ScheduledNodeGroup,
  { read, remembered }: NodeGroupLook,
): Promise<ScheduledNodeGroup> {
  if (!asksLedgerOf(each)) return each;
  const last = await remembered({ unit: nodeGroupHours, target: each.group.id });
  if (each.hours?.period.is === "off") return withStart(each, last, read);
  return each.is === "stopped" ? withStop(each, last) : withLack(each, last);
}

/** What would put other nodes in their place is looked for only where some are to be taken. */
async function withProvisioners(
  groups: readonly ScheduledNodeGroup[],
  { read, now, config }: NodeGroupLook,
): Promise<ScheduledNodeGroup[]> {
  if (config.besideProvisioners) return [...groups];
  const isAsked = (each: ScheduledNodeGroup) => each.managed === undefined && isToStop(each, now);
  const clusters = new Set(groups.filter(isAsked).map(({ group }) => group.cluster));
  const found = await concurrently(
    [...clusters],
    async (cluster) => [cluster, await provisionerOf(cluster, read)] as const,
    { concurrency },
  );
  const provisioners = new Map(found);
  return groups.map((each) =>
    isAsked(each) ? { ...each, managed: provisioners.get(each.group.cluster) } : each,
  );
}

export async function scheduledNodeGroups(
  groups: readonly NodeGroup[],
  looking: NodeGroupLook,
): Promise<ScheduledNodeGroup[]> {
  const all = groups.map((group) => known(group, looking));
  const judged = await concurrently(all, (each) => withRest(each, looking), { concurrency });
  return withProvisioners(judged, looking);
}
