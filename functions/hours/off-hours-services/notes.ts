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
  if (!schedule || schedule.period.is === "on" || desired === 0) return [];
  if (replacedSince > before(now, usual)) return [];
  const since = shownWall(replacedSince, schedule.timeZone);
  return [
    `${id} is being deployed since ${since} (${schedule.timeZone}), and that is not over: it is left running although the schedule ${schedule.name} says off, until one version alone is left`,
  ];
}
