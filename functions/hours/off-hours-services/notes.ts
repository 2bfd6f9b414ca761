/** What people are told of a service once, for as long as it is so. */
import { before, hours } from "../../../sdk/time.ts";
import { shownWall } from "../hours-of.ts";
import { hoursNotes } from "../notes.ts";
import type { ScheduledService } from "./scheduled.ts";

/** A deployment that takes longer is told: most are over by then. */
const usual = hours(1);

export function serviceNotes(found: ScheduledService, now: Date): string[] {
  const { service, hours: schedule } = found;
  const { id, replacedSince, desired } = service;
  if (!replacedSince) return hoursNotes(found, { name: id });
  if (!schedule || replacedSince > before(now, usual)) return [];
  const since = shownWall(replacedSince, schedule.timeZone);
  const told = `${id} is being deployed since ${since} (${schedule.timeZone}), and that is not over`;
  const { name, period, starts } = schedule;
  if (period.is === "off" && desired > 0)
    return [
      `${told}: it is left running although the schedule ${name} says off, until one version alone is left`,
    ];
  if (period.is === "on" && desired === 0 && starts)
    return [
      `${told}: it has no tasks although the schedule ${name} says on. Where this unit took them it gets them back once one version alone is left: end the deployment, or set its desired count yourself`,
    ];
  return [];
}
