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
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { tagMap } from "../../../sdk/tags.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import { type LookByHours, managingTags } from "../looking.ts";
import type { ToldThing } from "../notes.ts";
import { asksLedger, isToStop, ownStop, type Scheduled } from "../scheduled.ts";

/** The unit's id, by which it knows its own doing. */
export const self = "off-hours-instances";

export const scheduleReads = [describeInstances, ...readsOfStopping] as const;

/** An instance, and as much about it as was needed to judge it. */
export interface ScheduledInstance extends Scheduled {
  readonly instance: Instance;
  /** Who or what else decides whether it runs, or what a stop would harm. */
  readonly managed?: string | undefined;
}

/** Where it is looked too. */
export interface InstanceLook extends LookByHours {
  readonly read: Reader<typeof scheduleReads>;
}

const stops = ["ec2:StopInstances"];

/** How many are asked about at once. */
const concurrency = 8;

export const isRunning = ({ State }: Instance): boolean =>
  State?.Name === "running" || State?.Name === "pending";

const states: Readonly<Record<string, Scheduled["is"]>> = {
  running: "running",
  stopped: "stopped",
};

/** When AWS says that it was stopped, where it does. */
function stoppedAt({ StateTransitionReason = "" }: Instance): Date | undefined {
  const [, day, time] =
    /\((\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)/.exec(StateTransitionReason) ?? [];
  const at = new Date(`${day}T${time}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function known(instance: Instance, { now, config, schedules }: InstanceLook): ScheduledInstance {
  const tags = tagMap(instance.Tags ?? []) ?? {};
  const asked = hoursOf({ id: instance.InstanceId ?? "", tags, tag: config.tag, schedules, now });
  const Tags = managingTags(instance.Tags, config.ofStacks);
  const isUntold = asked?.hours !== undefined && instance.LaunchTime === undefined;
  const unclear = isUntold
    ? "AWS does not say when it was started, so it is neither stopped nor started"
    : asked?.unclear;
  return {
    instance,
    is: states[instance.State?.Name ?? ""] ?? "neither",
    hours: asked?.hours,
    unclear,
    // That of the last start.
    startedAt: instance.LaunchTime,
    stoppedAt: stoppedAt(instance),
    managed: instanceManager({ ...instance, Tags }),
  };
}

/** Protection and local disks only of those that are to be stopped, the ledger of those that stand. */
export async function scheduledOf(
  instances: readonly Instance[],
  looking: InstanceLook,
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
    const last = await looking.remembered({ unit: self, target: instance.InstanceId ?? "" });
    return { ...each, wasAsked: true, stop: ownStop(last, stops, each.startedAt) };
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
  looking: InstanceLook,
): Promise<ScheduledInstance[]> {
  const all: ScheduledInstance[] = [];
  for (const Values of chunks(ids, filterValues)) {
    const Filters = [{ Name: "instance-id", Values }, thereStill];
    const instances = await Array.fromAsync(looking.read(describeInstances({ Filters })));
    all.push(...(await scheduledOf(instances, looking)));
  }
  return all;
}

function nameOf({ InstanceId = "", Tags = [] }: Instance): string {
  const name = Tags.find(({ Key }) => Key === "Name")?.Value;
  return name ? `${name} (${InstanceId})` : InstanceId;
}

/** Of one that did not stay up by itself AWS says why. */
function reasonOf({ StateReason }: Instance): string | undefined {
  const { Code = "", Message = "" } = StateReason ?? {};
  const isByPerson = Code === "" || Code.startsWith("Client.UserInitiated");
  return isByPerson ? undefined : Message || Code;
}

export const toldInstance = ({ instance }: ScheduledInstance): ToldThing => ({
  name: nameOf(instance),
  reason: reasonOf(instance),
});
