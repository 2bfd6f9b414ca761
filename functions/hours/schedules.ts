/** What the settings of this family say alike: named schedules, and how things ask for one. */
import * as z from "zod/mini";
import { endOfDay } from "../../sdk/tags.ts";
import { days, hours, milliseconds } from "../../sdk/time.ts";
import { isTimeZone, readClockTime } from "../../sdk/wall-clock.ts";
import { weekdays } from "../../sdk/weekdays.ts";
import { type HoursWindow, problemOfWindows, readEndTime } from "./timetable.ts";

/** With less left of its time off nothing is stopped any more. */
export const leastOff = hours(1);

const day = z
  .string()
  .check(z.refine((text) => endOfDay(text) !== undefined, "must be a day, like 2026-12-25"));

const beginTime = z
  .string()
  .check(
    z.refine(
      (text) => readClockTime(text) !== undefined,
      "must be a time of day as HH:MM, like 07:00",
    ),
  );

const endTime = z
  .string()
  .check(
    z.refine(
      (text) => readEndTime(text) !== undefined,
      "must be a time of day as HH:MM, like 20:00, or 24:00 for the end of the day",
    ),
  );

const hoursWindow = z
  .strictObject({
    days: z.array(z.enum(weekdays)).check(
      z.minLength(1, "is empty: name at least one day, like monday"),
      z.refine((days) => new Set(days).size === days.length, "names a day twice"),
    ),
    from: beginTime,
    until: endTime,
  })
  .check(
    z.refine(({ from, until }) => from !== until, {
      path: ["until"],
      error: "is the same as `from`: a whole day is from 00:00 until 24:00",
    }),
  );

/** As `holidays("calendars/…")` gives it. */
const calendar = z
  .strictObject({
    file: z.string(),
    days: z.array(day),
    problem: z.optional(z.string()),
  })
  .check(
    z.refine(({ problem }) => problem === undefined, {
      error: ({ input }) => {
        const { file, problem } = input as { readonly file: string; readonly problem: string };
        return `${file} ${problem}`;
      },
    }),
  );

const wrongWith = (windows: readonly HoursWindow[]): string | undefined =>
  problemOfWindows(windows, milliseconds(leastOff));

const schedule = z.strictObject({
  timeZone: z
    .string("must be an IANA time zone, like Europe/Berlin: its days and times are that place's")
    .check(z.refine(isTimeZone, "must be an IANA time zone, like Europe/Berlin")),
  on: z.array(hoursWindow).check(
    z.minLength(1, "is empty: name at least one window in which things run"),
    z.refine((windows) => wrongWith(windows) === undefined, {
      error: ({ input }) => wrongWith(input as readonly HoursWindow[]),
    }),
  ),
  holidays: z._default(z.union([calendar, z.array(day)]), []),
  starts: z._default(z.boolean(), true),
  targets: z._default(z.array(z.string().check(z.minLength(1))), []),
});

export type HoursSchedule = z.output<typeof schedule>;

type ByName = Readonly<Record<string, Pick<HoursSchedule, "targets">>>;

/** The schedules that name each target. */
const namedBy = (schedules: ByName): ReadonlyMap<string, readonly string[]> => {
  const pairs = Object.entries(schedules).flatMap(([name, { targets }]) =>
    [...new Set(targets)].map((target) => ({ name, target })),
  );
  const byTarget = Map.groupBy(pairs, ({ target }) => target);
  return new Map([...byTarget].map(([target, all]) => [target, all.map(({ name }) => name)]));
};

/** Two schedules of one thing would stop and start it against one another. */
function twiceNamed(schedules: ByName): string | undefined {
  const [twice] = [...namedBy(schedules)].filter(([, names]) => names.length > 1);
  if (!twice) return undefined;
  const [target, names] = twice;
  return `${names.join(" and ")} both name ${target} in their \`targets\`: a thing has one schedule, so leave it in one`;
}

/** Targets that the settings name, with their schedule. */
export const listedTargets = (schedules: ByName): ReadonlyMap<string, string> =>
  new Map([...namedBy(schedules)].flatMap(([target, [name]]) => (name ? [[target, name]] : [])));

/** By name. */
export const schedulesField = z
  ._default(
    z.record(
      z
        .string()
        .check(
          z.regex(
            /^[a-z][a-z0-9-]{0,31}$/,
            "must be written in small letters, digits and hyphens, at most 32 of them",
          ),
        ),
      schedule,
    ),
    {},
  )
  .check(
    z.refine((schedules) => twiceNamed(schedules) === undefined, {
      error: ({ input }) => twiceNamed(input as ByName),
    }),
    z.describe(
      'Schedules by name: `timeZone`; `on`, windows of `days`, `from` and `until` in which things run; `holidays`, days or `holidays("calendars/…")`, on which no window begins; `starts`, whether what was stopped is started again; `targets`, ids of what follows it without the tag.',
    ),
  );

export const hoursTagField = z
  ._default(z.string().check(z.minLength(1), z.maxLength(128)), "nightshift:hours")
  .check(z.describe("The tag whose value is the name of a thing's schedule."));

/** Longer than holidays: what is held each evening is told once. */
export const recursWithin = days(30);

export const mostADayField = z
  ._default(z.int().check(z.gte(1), z.lte(5000)), 200)
  .check(
    z.describe(
      "More stops and starts than this in a day are asked about first, in place of the settings' caps.",
    ),
  );

/** The days on which no window begins. */
export const holidaysOf = ({ holidays }: HoursSchedule): readonly string[] =>
  "file" in holidays ? holidays.days : holidays;
