/** What the settings of this family say alike: named schedules, and how things ask for one. */
import * as z from "zod/mini";
import { hoursTag } from "../../sdk/managed-by.ts";
import { days } from "../../sdk/time.ts";
import { weekdays } from "../../sdk/weekdays.ts";
import { namedBy, type SchedulesByName, scheduleChecks } from "./schedule-checks.ts";

const { atDay, atBegin, atEnd, inWindow, inWindows, inCalendar, inZone, together } = scheduleChecks;

const day = z.string().check(...atDay);

const hoursWindow = z
  .strictObject({
    days: z.array(z.literal(weekdays)).check(...inWindow.days),
    from: z.string().check(...atBegin),
    until: z.string().check(...atEnd),
  })
  .check(...inWindow.whole);

/** As `holidays("calendars/…")` gives it. */
const calendar = z
  .strictObject({
    file: z.string(),
    days: z.array(day),
    problem: z.optional(z.string()),
  })
  .check(...inCalendar);

const schedule = z.strictObject({
  timeZone: z
    .string("must be an IANA time zone, like Europe/Berlin: its days and times are that place's")
    .check(...inZone),
  on: z.array(hoursWindow).check(...inWindows),
  holidays: z._default(z.union([calendar, z.array(day)]), []),
  starts: z._default(z.boolean(), true),
  targets: z._default(z.array(z.string().check(z.minLength(1))), []),
});

export type HoursSchedule = z.output<typeof schedule>;

/** Targets that the settings name, with their schedule. */
export const listedTargets = (schedules: SchedulesByName): ReadonlyMap<string, string> =>
  new Map([...namedBy(schedules)].flatMap(([target, [name]]) => (name ? [[target, name]] : [])));

/** By name. */
export const schedulesField = z
  ._default(z.catchall(z.object({}), schedule), {})
  .check(
    ...together,
    z.describe(
      'Schedules by name: `timeZone`; `on`, windows of `days`, `from` and `until` in which things run; `holidays`, days or `holidays("calendars/…")`, on which no window begins; `starts`, whether what was stopped is started again; `targets`, ids of what follows it without the tag.',
    ),
  );

export const hoursTagField = z
  ._default(z.string().check(z.minLength(1), z.maxLength(128)), hoursTag)
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
