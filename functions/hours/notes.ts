/** What people are told once, for as long as it is so. */
import { type ScheduleNow, type SchedulesNow, shownWall } from "./hours-of.ts";
import { isLeftRunning, type Scheduled } from "./scheduled.ts";
import { type HoursSchedule, holidaysOf } from "./schedules.ts";

/** What is told about, in the words of its kind. */
export interface ToldThing {
  /** What people call it. */
  readonly name: string;
  /** What AWS says of why it stands: a sentence, where it says so. */
  readonly reason?: string | undefined;
}

function startedInWords(at: Date, { timeZone }: ScheduleNow, isLater = false): string {
  const shown = `${shownWall(at, timeZone)} (${timeZone})`;
  return isLater ? `some time after ${shown}` : `at ${shown}`;
}

/** That it runs although the schedule says off, or stands although it says on. */
export function hoursNotes(found: Scheduled, { name, reason }: ToldThing): string[] {
  const { hours, stop, wasAsked, startedAt } = found;
  if (!hours) return [];
  if (isLeftRunning(found) && startedAt) {
    const since = startedInWords(startedAt, hours, found.isStartedLater);
    return [
      `${name} was started ${since}, while the schedule ${hours.name} says off: it is left running until that says off the next time`,
    ];
  }
  if (!wasAsked || stop || !hours.starts || found.is !== "stopped") return [];
  const why = reason ? `. AWS says of it: ${reason}` : "";
  return [
    `${name} is stopped, and not by this unit, so it is not started when the schedule ${hours.name} says on. Once somebody starts it, it follows its schedule again${why}`,
  ];
}

/** What is wrong with schedules themselves, and with what keeps them on. */
export const scheduleNotes = (
  schedules: Readonly<Record<string, HoursSchedule>>,
  { keptOn }: SchedulesNow,
  now: Date,
): string[] => [
  ...ranOutNotes(schedules, now),
  ...keptOn.flatMap(({ schedule, target, unreadable }) =>
    unreadable === undefined
      ? []
      : [`${schedule ?? target} is kept on until somebody mends that: ${unreadable}`],
  ),
];

/** A calendar that ended would be followed as if there were no holidays any more. */
const ranOutNotes = (schedules: Readonly<Record<string, HoursSchedule>>, now: Date): string[] =>
  Object.entries(schedules).flatMap(([name, schedule]) => {
    const last = holidaysOf(schedule).toSorted().at(-1);
    if (last === undefined || last >= now.toISOString().slice(0, 10)) return [];
    return [
      `The holidays of the schedule ${name} end with ${last}: from now on it knows none. Give it those to come, or take \`holidays\` out`,
    ];
  });

/**
 * What the settings name, and nothing answers to.
 * @param there the ids of what was found
 * @param kind what it would be: an instance
 */
export const goneNotes = (
  listed: ReadonlyMap<string, string>,
  there: ReadonlySet<string | undefined>,
  kind: string,
): string[] =>
  [...listed]
    .filter(([id]) => !there.has(id))
    .map(
      ([id, name]) =>
        `The schedule ${name} names ${id} in its \`targets\`, and there is no such ${kind}: take it out of the settings`,
    );

/** Where it was looked, as a unit's `find` knows it. */
interface LookedHere {
  readonly config: { readonly schedules: Readonly<Record<string, HoursSchedule>> };
  readonly now: Date;
  readonly regions: readonly string[];
}

/** What was found, of which kind. */
interface FoundHere {
  readonly there: ReadonlySet<string | undefined>;
  readonly kind: string;
}

/** All of one look at everything, but what is told of single things. */
export const lookNotes = (
  { config, now, regions }: LookedHere,
  schedules: SchedulesNow,
  { there, kind }: FoundHere,
): string[] => [
  ...scheduleNotes(config.schedules, schedules, now),
  // In several regions each would miss what lies in the others.
  ...(regions.length === 1 ? goneNotes(schedules.listed, there, kind) : []),
];
