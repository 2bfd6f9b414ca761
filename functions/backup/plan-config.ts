/** What the settings of all plans of backups say alike: when a slot is, and how long its sets are kept. */
import * as z from "zod/mini";
import { isTimeZone, readClockTime } from "../../sdk/wall-clock.ts";
import { weekdays } from "../../sdk/weekdays.ts";

const count = (byDefault: number, most: number, what: string) =>
  z._default(z.int().check(z.gte(0), z.lte(most)), byDefault).check(z.describe(what));

const keep = z.strictObject({
  hourly: count(0, 744, "Hours that keep a backup."),
  daily: count(7, 366, "Days that keep one."),
  weekly: count(4, 520, "Weeks that keep one, the first of each."),
  monthly: count(12, 240, "Months that keep one, the first of each."),
  yearly: count(0, 50, "Years that keep one, the first of each."),
});

const defaultKeep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };

/** How a plan says what it is for: a tag, whatever it says. */
export const planTag = (what: string, byDefault = "backup") =>
  z
    ._default(z.string().check(z.minLength(1), z.maxLength(128)), byDefault)
    .check(z.describe(`${what} that carry this tag are backed up, whatever it says.`));

/** When, and for how long. */
export const planFields = {
  every: z
    ._default(z.enum(["hour", "day", "week", "month", "year"]), "day")
    .check(z.describe("How often there is a slot. Months and years begin on their first day.")),
  at: z
    ._default(
      z.string().check(
        z.refine((text) => readClockTime(text) !== undefined, {
          error: "must be a time like 01:30",
        }),
      ),
      "01:00",
    )
    .check(
      z.describe("When a slot begins, by the clocks of the time zone; of hours the minutes count."),
    ),
  weekday: z
    ._default(z.enum(weekdays), "sunday")
    .check(z.describe("The day on which a weekly slot begins.")),
  timeZone: z
    ._default(
      z.string().check(z.refine(isTimeZone, { error: "must be a time zone like Europe/Berlin" })),
      "UTC",
    )
    .check(z.describe("The time zone of the slots, an IANA name.")),
  keep: z
    ._default(keep, defaultKeep)
    .check(
      z.describe("How many sets pruning leaves; each set carries what held when it was made."),
    ),
  mostADay: z
    ._default(z.int().check(z.gte(1), z.lte(5000)), 200)
    .check(
      z.describe(
        "More sets than this in a day are asked about first, in place of the settings' caps: the plan as you know it, and some room to grow.",
      ),
    ),
};
