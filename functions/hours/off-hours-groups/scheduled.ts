/** Reads what there is to know of Auto Scaling groups that ask for a schedule. */
import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { describeScalingActivities } from "../../../aws/autoscaling/activity.ts";
import { describeAutoScalingGroups } from "../../../aws/autoscaling/group.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { tagMap } from "../../../sdk/tags.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import { type LookByHours, managingTags } from "../looking.ts";
import { isLeftRunning, type Scheduled } from "../scheduled.ts";
import { emptied, isNone, readSizes, type Sizes, sizesOf } from "./sizes.ts";

/** The unit's id, by which it knows its own doing. */
export const groupHours = "off-hours-groups";

export const groupHourReads = [describeAutoScalingGroups, describeScalingActivities] as const;

/** A group, and as much about it as was needed to judge it. */
export interface ScheduledGroup extends Scheduled {
  readonly group: AutoScalingGroup;
  /** Who or what else decides how large it is, or why it would not become empty. */
  readonly managed?: string | undefined;
  /** What it is given back: what it had before this unit took it. */
  readonly sizesBefore?: Sizes | undefined;
}

/** Where it is looked too. */
export interface GroupLook extends LookByHours {
  readonly read: Reader<typeof groupHourReads>;
}

/** How many are asked about at once. */
const concurrency = 8;

/** Why its instances would run on although it is to have none. */
function keptRunning(group: AutoScalingGroup): string | undefined {
  const { Instances = [], SuspendedProcesses = [], WarmPoolConfiguration } = group;
  const guarded = Instances.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn);
  const aside = Instances.filter(({ LifecycleState }) => LifecycleState === "Standby");
  const names = (some: typeof Instances) => some.map(({ InstanceId }) => InstanceId).join(", ");
  if (guarded.length) return `its instances that are protected from scaling in: ${names(guarded)}`;
  if (group.NewInstancesProtectedFromScaleIn)
    return "its setting that protects new instances from scaling in";
  if (aside.length) return `its instances on standby, which would run on: ${names(aside)}`;
  if (WarmPoolConfiguration) return "its warm pool, whose instances would stay";
  const held = SuspendedProcesses.find(
    ({ ProcessName }) => ProcessName === "Terminate" || ProcessName === "Launch",
  );
  return held && `its process ${held.ProcessName}, which somebody has suspended`;
}

function managerOf(group: AutoScalingGroup, ofStacks: boolean): string | undefined {
  const { Operator, Tags } = group;
  if (Operator) return Operator.Principal ?? "an AWS service";
  return managedBy(managingTags(Tags, ofStacks)) ?? keptRunning(group);
}

function known(group: AutoScalingGroup, { now, config, schedules }: GroupLook): ScheduledGroup {
  const { AutoScalingGroupName: id = "", Tags = [], CreatedTime } = group;
  const asked = hoursOf({ id, tags: tagMap(Tags) ?? {}, tag: config.tag, schedules, now });
  return {
    group,
    is: sizesOf(group).desired > 0 ? "running" : "stopped",
    hours: asked?.hours,
    unclear: asked?.unclear,
    startedAt: CreatedTime,
    managed: managerOf(group, config.ofStacks),
  };
}

/** In the words of Auto Scaling: what it was asked for has no field. */
const fromNone = /desired capacity from 0 to [1-9]/i;

/** When somebody last made it larger than nothing, as far as its newest activities tell. */
async function scaledUp(
  { AutoScalingGroupName }: AutoScalingGroup,
  read: GroupLook["read"],
): Promise<Date | undefined> {
  const { Activities = [] } = await read(describeScalingActivities({ AutoScalingGroupName }));
  return Activities.find(({ Cause = "" }) => fromNone.test(Cause))?.StartTime;
}

/** What a group had before this unit emptied it, where that is the last that it did. */
const sizesTaken = (last: Remembered | undefined): Sizes | undefined =>
  last && emptied(last.call.input) ? readSizes(last.before) : undefined;

/** Of one that runs: whether somebody scaled it within its time off. */
async function withStart(
  each: ScheduledGroup,
  last: Remembered | undefined,
  read: GroupLook["read"],
): Promise<ScheduledGroup> {
  if (isLeftRunning(each)) return each;
  const from = each.hours?.period.from;
  if (last && sizesTaken(last) && from && last.at >= from)
    return { ...each, startedAt: last.at, isStartedLater: true };
  const startedAt = await scaledUp(each.group, read);
  return startedAt ? { ...each, startedAt } : each;
}

/** Of one that stands: whether it is as this unit left it, and what it had before. */
function withStop(each: ScheduledGroup, last: Remembered | undefined): ScheduledGroup {
  const sizesBefore = sizesTaken(last);
  const isOurs = sizesBefore !== undefined && isNone(sizesOf(each.group));
  if (!isOurs) return { ...each, wasAsked: true };
  return { ...each, wasAsked: true, stop: last, sizesBefore };
}

/** The ledger and the activities only of what is not as its schedule says. */
export function scheduledGroups(
  groups: readonly AutoScalingGroup[],
  looking: GroupLook,
): Promise<ScheduledGroup[]> {
  const { read, remembered } = looking;
  const withRest = async (each: ScheduledGroup): Promise<ScheduledGroup> => {
    if (!each.hours || each.unclear !== undefined) return each;
    // As it is to be: nothing has to be known of it.
    if ((each.is === "running") === (each.hours.period.is === "on")) return each;
    const target = each.group.AutoScalingGroupName ?? "";
    const last = await remembered({ unit: groupHours, target });
    return each.is === "running" ? withStart(each, last, read) : withStop(each, last);
  };
  const all = groups.map((group) => known(group, looking));
  return concurrently(all, withRest, { concurrency });
}

/** What a request may name. */
const namesAtOnce = 50;

/** By name: one that is gone is left out. */
export async function groupsNamed(
  names: readonly string[],
  read: GroupLook["read"],
): Promise<AutoScalingGroup[]> {
  const all: AutoScalingGroup[] = [];
  for (const AutoScalingGroupNames of chunks(names, namesAtOnce))
    for await (const group of read(describeAutoScalingGroups({ AutoScalingGroupNames })))
      all.push(group);
  return all.filter(isThere);
}

/** A group that is being deleted has a status; any other has none. */
export const isThere = ({ Status }: AutoScalingGroup): boolean => Status === undefined;

export const isTaggedGroup = ({ Tags = [] }: AutoScalingGroup, tag: string): boolean =>
  Tags.some(({ Key }) => Key === tag);
