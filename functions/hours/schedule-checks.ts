/** What schedules are held to beyond their form, once: when the settings are bundled. */
import * as z from "zod/mini";
import { endOfDay } from "../../sdk/tags.ts";
import { hours, milliseconds } from "../../sdk/time.ts";
import { isTimeZone, readClockTime } from "../../sdk/wall-clock.ts";
import { type HoursWindow, problemOfWindows, readEndTime } from "./timetable.ts";

/** With less left of its time off nothing is stopped any more. */
export const leastOff = hours(1);

/** Which targets each schedule names. */
export type SchedulesByName = Readonly<Record<string, { readonly targets: readonly string[] }>>;

/** The schedules that name each target. */
export const namedBy = (schedules: SchedulesByName): ReadonlyMap<string, readonly string[]> => {
  const pairs = Object.entries(schedules).flatMap(([name, { targets }]) =>
    [...new Set(targets)].map((target) => ({ name, target })),
  );
  const byTarget = Map.groupBy(pairs, ({ target }) => target);
  return new Map([...byTarget].map(([target, all]) => [target, all.map(({ name }) => name)]));
};

/** Two schedules of one thing would stop and start it against one another. */
function twiceNamed(schedules: SchedulesByName): string | undefined {
  const [twice] = [...namedBy(schedules)].filter(([, names]) => names.length > 1);
  if (!twice) return undefined;
  const [target, names] = twice;
  return `${names.join(" and ")} both name ${target} in their \`targets\`: a thing has one schedule, so leave it in one`;
}

const wronglyNamed = (schedules: SchedulesByName): string | undefined =>
  Object.keys(schedules).find((name) => !/^[a-z][a-z0-9-]{0,31}$/.test(name));

const wrongWith = (windows: readonly HoursWindow[]): string | undefined =>
  problemOfWindows(windows, milliseconds(leastOff));

interface Calendar {
  readonly file: string;
  readonly problem?: string | undefined;
}

const allChecks = () => ({
  atDay: [
    z.refine<string>((text) => endOfDay(text) !== undefined, "must be a day, like 2026-12-25"),
  ],
  atBegin: [
    z.refine<string>(
      (text) => readClockTime(text) !== undefined,
      "must be a time of day as HH:MM, like 07:00",
    ),
  ],
  atEnd: [
    z.refine<string>(
      (text) => readEndTime(text) !== undefined,
      "must be a time of day as HH:MM, like 20:00, or 24:00 for the end of the day",
    ),
  ],
  inZone: [z.refine<string>(isTimeZone, "must be an IANA time zone, like Europe/Berlin")],
  inWindow: {
    days: [
      z.minLength(1, "is empty: name at least one day, like monday"),
      z.refine<readonly string[]>(
        (days) => new Set(days).size === days.length,
        "names a day twice",
      ),
    ],
    whole: [
      z.refine<HoursWindow>(({ from, until }) => from !== until, {
        path: ["until"],
        error: "is the same as `from`: a whole day is from 00:00 until 24:00",
      }),
    ],
  },
  inWindows: [
    z.minLength(1, "is empty: name at least one window in which things run"),
    z.refine<readonly HoursWindow[]>((windows) => wrongWith(windows) === undefined, {
      error: ({ input }) => wrongWith(input as readonly HoursWindow[]),
    }),
  ],
  inCalendar: [
    z.refine<Calendar>(({ problem }) => problem === undefined, {
      error: ({ input }) => {
        const { file, problem } = input as Calendar;
        return `${file} ${problem}`;
      },
    }),
  ],
  together: [
    z.refine<SchedulesByName>((schedules) => wronglyNamed(schedules) === undefined, {
      error: ({ input }) =>
        `${wronglyNamed(input as SchedulesByName)} must be written in small letters, digits and hyphens, at most 32 of them`,
    }),
    z.refine<SchedulesByName>((schedules) => twiceNamed(schedules) === undefined, {
      error: ({ input }) => twiceNamed(input as SchedulesByName),
    }),
  ],
});

const noChecks: ReturnType<typeof allChecks> = {
  atDay: [],
  atBegin: [],
  atEnd: [],
  inZone: [],
  inWindow: { days: [], whole: [] },
  inWindows: [],
  inCalendar: [],
  together: [],
};

export const scheduleChecks = globalThis.nightshiftBundled ? noChecks : allChecks();
