/** Reads what there is to know of instances that ask for a schedule. */
import type { Instance } from "@aws-sdk/client-ec2";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import {
  filterValues,
  instanceManager,
  localDisks,
  readsOfStopping,
  stopProtection,
  typesOf,
} from "../../../aws/ec2/stopping.ts";
import type { AskedOf, Remembered } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { tagMap } from "../../../sdk/tags.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf, type ScheduleNow, type SchedulesNow } from "../hours-of.ts";
import { asksLedger, isToStop } from "./verdict.ts";

/** The unit's id, by which it knows its own doing. */
export const self = "off-hours-instances";

export const scheduleReads = [describeInstances, ...readsOfStopping] as const;

/** An instance, and as much about it as was needed to judge it. */
export interface ScheduledInstance {
  readonly instance: Instance;
  /** Absent: it has none, or that is unclear. */
  readonly hours?: ScheduleNow | undefined;
  /** Why it cannot be judged. */
  readonly unclear?: string | undefined;
  /** Who or what else decides whether it runs, or what a stop would harm. */
  readonly managed?: string | undefined;
  /** That this unit stopped it, where that is the last that it did to it. */
  readonly stop?: Pick<Remembered, "action" | "at"> | undefined;
  /** Whether the ledger was asked for that. */
  readonly wasAsked?: true;
}

/** Where and when it is looked, and by which settings. */
export interface HoursLook {
  readonly read: Reader<typeof scheduleReads>;
  readonly now: Date;
  readonly config: { readonly tag: string; readonly ofStacks: boolean };
  readonly schedules: SchedulesNow;
  remembered(asked: AskedOf): Promise<Remembered | undefined>;
}

/** How many are asked about at once. */
const concurrency = 8;

export const isRunning = ({ State }: Instance): boolean =>
  State?.Name === "running" || State?.Name === "pending";

/** Of a stack alone, where the settings take those too. */
function managerOf(instance: Instance, ofStacks: boolean): string | undefined {
  if (!ofStacks) return instanceManager(instance);
  const Tags = instance.Tags?.filter(({ Key }) => !Key?.startsWith("aws:cloudformation:"));
  return instanceManager({ ...instance, Tags });
}

function known(instance: Instance, { now, config, schedules }: HoursLook): ScheduledInstance {
  const tags = tagMap(instance.Tags ?? []) ?? {};
  const asked = hoursOf({ id: instance.InstanceId ?? "", tags, tag: config.tag, schedules, now });
  const managed = managerOf(instance, config.ofStacks);
  const isUntold = asked?.hours !== undefined && instance.LaunchTime === undefined;
  const unclear = isUntold
    ? "AWS does not say when it was started, so it is neither stopped nor started"
    : asked?.unclear;
  return { instance, hours: asked?.hours, unclear, managed };
}

/** Protection and local disks only of those that are to be stopped, the ledger of those that stand. */
export async function scheduledOf(
  instances: readonly Instance[],
  looking: HoursLook,
): Promise<ScheduledInstance[]> {
  const { read, now } = looking;
  const all = instances.map((instance) => known(instance, looking));
  const ending = all.filter((each) => isToStop(each, now) && each.managed === undefined);
  const types = await typesOf(
    ending.map(({ instance }) => instance),
    read,
  );
  const kept = new Set(ending);
  const withRest = async (each: ScheduledInstance): Promise<ScheduledInstance> => {
    const { instance } = each;
    if (kept.has(each)) {
      const disks = localDisks(types.get(instance.InstanceType ?? ""));
      return { ...each, managed: disks ?? (await stopProtection(instance, read)) };
    }
    if (!asksLedger(each)) return each;
    return { ...each, wasAsked: true, stop: await ownStop(instance, looking) };
  };
  return concurrently(all, withRest, { concurrency });
}

/** The filter for those that have not ended, and do not end just now. */
export const thereStill = {
  Name: "instance-state-name",
  Values: ["pending", "running", "stopping", "stopped"],
};

export const isTagged = ({ instance }: ScheduledInstance, tag: string): boolean =>
  instance.Tags?.some(({ Key }) => Key === tag) ?? false;

/** By filter: one that is gone must not fail the others. */
export async function instancesNamed(
  ids: readonly string[],
  looking: HoursLook,
): Promise<ScheduledInstance[]> {
  const all: ScheduledInstance[] = [];
  for (const Values of chunks(ids, filterValues)) {
    const Filters = [{ Name: "instance-id", Values }, thereStill];
    const instances = await Array.fromAsync(looking.read(describeInstances({ Filters })));
    all.push(...(await scheduledOf(instances, looking)));
  }
  return all;
}

/** That this unit stopped it, and nobody has started it since. */
async function ownStop(
  { InstanceId = "", LaunchTime }: Instance,
  { remembered }: HoursLook,
): Promise<ScheduledInstance["stop"]> {
  const last = await remembered({ unit: self, target: InstanceId });
  if (last?.call.operation !== "ec2:StopInstances") return undefined;
  return LaunchTime && LaunchTime <= last.at ? last : undefined;
}
