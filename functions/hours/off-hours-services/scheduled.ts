/** Reads what there is to know of services that ask for a schedule, and of what scales them. */
import { describeScalableTargets } from "../../../aws/application-autoscaling/scalable-target.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { tagMap } from "../../../sdk/tags.ts";
import { after, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import { type LookByHours, managingTags } from "../looking.ts";
import { isLeftRunning, isToStop, type Scheduled } from "../scheduled.ts";
import { readCount, setToNone } from "./counts.ts";
import { isAllSuspended, readSuspension, type Suspension, suspensionsOf } from "./scaling.ts";
import { scalingId } from "./scaling-id.ts";
import { type EcsService, serviceListings } from "./service.ts";

/** The unit's id, by which it knows its own doing. */
export const serviceHours = "off-hours-services";

export const serviceHourReads = [...serviceListings, describeScalableTargets] as const;

/** A service, and as much about it as was needed to judge it. */
export interface ScheduledService extends Scheduled {
  readonly service: EcsService;
  /** Who else decides how many tasks it has. */
  readonly managed?: string | undefined;
  /** How many it is given back: what it had before this unit took them. */
  readonly countBefore?: number | undefined;
  /** Of what scales it; absent: nothing does. */
  readonly scaling?: ScalingFound | undefined;
}

/** What scales a service. */
export interface ScalingFound {
  readonly now: Suspension;
  /** This unit suspended it, where that is the last that it did to it. */
  readonly taken?: { readonly action: string; readonly before: Suspension } | undefined;
}

/** Where it is looked too. */
export interface ServiceLook extends LookByHours {
  readonly read: Reader<typeof serviceHourReads>;
  /** They were asked for by name, so what scales them is looked at although they have no hours. */
  readonly isByName: boolean;
}

/** How many are asked about at once. */
const concurrency = 8;

function runState({ desired, replacedSince }: EcsService): Scheduled["is"] {
  if (replacedSince) return "neither";
  return desired > 0 ? "running" : "stopped";
}

function known(service: EcsService, { now, config, schedules }: ServiceLook): ScheduledService {
  const { id, tags, fixed } = service;
  const asked = hoursOf({ id, tags: tagMap(tags) ?? {}, tag: config.tag, schedules, now });
  return {
    service,
    is: runState(service),
    hours: asked?.hours,
    unclear: asked?.unclear,
    startedAt: service.createdAt,
    managed: fixed ?? managedBy(managingTags(tags, config.ofStacks)),
  };
}

/** How many it had before this unit took them, where that is the last that it did to this service. */
function countTaken({ createdAt }: EcsService, last?: Remembered): number | undefined {
  if (!last || !setToNone(last.call.input)) return undefined;
  // One of the same name that was made since is another.
  return createdAt && createdAt > last.at ? undefined : readCount(last.before);
}

/** Of one that has tasks: whether somebody scaled it within its time off. */
function withStart(each: ScheduledService, last: Remembered | undefined): ScheduledService {
  const { service, hours } = each;
  if (isLeftRunning(each) || !hours) return each;
  if (last && countTaken(service, last) !== undefined && last.at >= hours.period.from)
    return { ...each, startedAt: last.at, isStartedLater: true };
  return service.fromNone ? { ...each, startedAt: service.fromNone } : each;
}

/** What ECS was about to start when its tasks were taken may still be told of after that. */
const underWay = minutes(5);

/** Somebody gave it tasks after this unit had taken them, and took these again. */
const wasScaledSince = ({ fromNone }: EcsService, last?: Remembered): boolean =>
  last !== undefined && fromNone !== undefined && fromNone > after(last.at, underWay);

/** Of one that has none: whether this unit took them. */
function withStop(each: ScheduledService, last: Remembered | undefined): ScheduledService {
  const { service } = each;
  const countBefore = wasScaledSince(service, last) ? undefined : countTaken(service, last);
  // Within its time off it is as it is to be, whoever made it so.
  const isAsked = each.hours?.period.is === "on" && { wasAsked: true as const };
  if (countBefore === undefined) return { ...each, ...isAsked };
  return { ...each, ...isAsked, stop: last, countBefore };
}

/** Whether the ledger must say what this unit last did to it. */
function asksOfService({ is, hours, scaling }: ScheduledService): boolean {
  if (is === "neither" || !hours) return false;
  if ((is === "running") === (hours.period.is === "off")) return true;
  // It is off as it should be, and what scales it is not.
  return is === "stopped" && scaling !== undefined && !isAllSuspended(scaling.now);
}

/** What scales it is suspended although it is on, or somebody has scaled it. */
const asksOfScaling = (each: ScheduledService, now: Date): boolean =>
  each.scaling !== undefined &&
  isAllSuspended(each.scaling.now) &&
  (each.hours?.period.is === "on" || each.service.desired > 0) &&
  !isToStop(each, now);

function scalingTaken(last: Remembered | undefined): ScalingFound["taken"] {
  const before = readSuspension(last?.before);
  return last && before && { action: last.action, before };
}

/** The scaling of all that have hours; the ledger only of what is not as its schedule says. */
export async function scheduledServices(
  services: readonly EcsService[],
  looking: ServiceLook,
): Promise<ScheduledService[]> {
  const { read, remembered, now, isByName } = looking;
  const all = services.map((service) => known(service, looking));
  const isFollowed = ({ hours, unclear }: ScheduledService): boolean =>
    hours !== undefined && unclear === undefined;
  const scaled = isByName ? all : all.filter(isFollowed);
  const suspensions = await suspensionsOf(
    scaled.map(({ service }) => service.id),
    read,
  );
  const withService = async (each: ScheduledService): Promise<ScheduledService> => {
    if (!asksOfService(each)) return each;
    const last = await remembered({ unit: serviceHours, target: each.service.id });
    return each.is === "running" ? withStart(each, last) : withStop(each, last);
  };
  const withScaling = async (each: ScheduledService): Promise<ScheduledService> => {
    if (!each.scaling || !asksOfScaling(each, now)) return each;
    const target = scalingId(each.service.id);
    const last = await remembered({ unit: serviceHours, target });
    return { ...each, scaling: { ...each.scaling, taken: scalingTaken(last) } };
  };
  const withRest = async (each: ScheduledService): Promise<ScheduledService> => {
    const suspended = suspensions.get(each.service.id);
    const whole = { ...each, scaling: suspended && { now: suspended } };
    return isFollowed(each) ? withScaling(await withService(whole)) : whole;
  };
  return concurrently(all, withRest, { concurrency });
}

/** It is off, or is about to be: nothing is to scale it. */
export function isToSuspend(each: ScheduledService, now: Date): boolean {
  const { scaling, managed, hours, is, stop } = each;
  if (!scaling || isAllSuspended(scaling.now) || managed !== undefined) return false;
  if (hours?.period.is !== "off") return false;
  return isToStop(each, now) || (is === "stopped" && stop !== undefined);
}

/** It is on again, or somebody has scaled it: what was suspended by this unit is so no longer. */
export const isToResume = (each: ScheduledService, now: Date): boolean =>
  each.scaling?.taken !== undefined && asksOfScaling(each, now);
