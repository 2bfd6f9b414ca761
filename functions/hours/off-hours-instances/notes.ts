/** What people are told once, for as long as it is so. */
import type { Instance } from "@aws-sdk/client-ec2";
import { shownWall } from "../hours-of.ts";
import { type HoursSchedule, holidaysOf } from "../schedules.ts";
import type { ScheduledInstance } from "./scheduled.ts";
import { isLeftRunning } from "./verdict.ts";

function nameOf({ InstanceId = "", Tags = [] }: Instance): string {
  const name = Tags.find(({ Key }) => Key === "Name")?.Value;
  return name ? `${name} (${InstanceId})` : InstanceId;
}

/** Of one that did not stay up by itself AWS says why. */
function reasonOf({ StateReason }: Instance): string {
  const { Code = "", Message = "" } = StateReason ?? {};
  const isByPerson = Code === "" || Code.startsWith("Client.UserInitiated");
  return isByPerson ? "" : `. AWS says of it: ${Message || Code}`;
}

export function notesOf(found: ScheduledInstance): string[] {
  const { instance, hours, stop, wasAsked } = found;
  if (!hours) return [];
  const name = nameOf(instance);
  if (isLeftRunning(found) && instance.LaunchTime) {
    const since = shownWall(instance.LaunchTime, hours.timeZone);
    return [
      `${name} was started at ${since} (${hours.timeZone}), while the schedule ${hours.name} says off: it is left running until that says off the next time`,
    ];
  }
  if (!wasAsked || stop || !hours.starts) return [];
  return [
    `${name} is stopped, and not by this unit, so it is not started when the schedule ${hours.name} says on. Once somebody starts it, it follows its schedule again${reasonOf(instance)}`,
  ];
}

/** A calendar that ended would be followed as if there were no holidays any more. */
export const ranOutNotes = (
  schedules: Readonly<Record<string, HoursSchedule>>,
  now: Date,
): string[] =>
  Object.entries(schedules).flatMap(([name, schedule]) => {
    const last = holidaysOf(schedule).toSorted().at(-1);
    if (last === undefined || last >= now.toISOString().slice(0, 10)) return [];
    return [
      `The holidays of the schedule ${name} end with ${last}: from now on it knows none. Give it those to come, or take \`holidays\` out`,
    ];
  });

/** What the settings name, and nothing answers to. */
export function goneNotes(
  listed: ReadonlyMap<string, string>,
  found: readonly ScheduledInstance[],
): string[] {
  const there = new Set(found.map(({ instance }) => instance.InstanceId));
  return [...listed]
    .filter(([id]) => !there.has(id))
    .map(
      ([id, name]) =>
        `The schedule ${name} names ${id} in its \`targets\`, and there is no such instance: take it out of the settings`,
    );
}
