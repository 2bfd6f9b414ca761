import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isDueAt } from "./cron-fields.ts";
import { dueAfter } from "./schedule.ts";
import { wallTimeAt } from "./wall-clock.ts";

const zone = "Asia/Kolkata";
const at = new Date("2026-11-21T02:00:00Z");

test.each<[string, string, boolean]>([
  ["cron(0 2 * * ? *)", "UTC", true],
  ["cron(0 3 * * ? *)", "Europe/Berlin", true],
  ["cron(0 2 * * ? *)", "Europe/Berlin", false],
  ["cron(0 2 ? * SAT *)", "UTC", true],
  ["cron(0 2 ? * 7 *)", "UTC", true],
  ["cron(0 2 ? * MON-FRI *)", "UTC", false],
  ["cron(0 2 ? nov sat,sun 2026)", "UTC", true],
  ["cron(0 2 ? JAN-OCT,DEC * *)", "UTC", false],
  ["cron(0/15 * * * ? *)", "UTC", true],
  ["cron(5/15 * * * ? *)", "UTC", false],
  ["cron(0 0-4/2 * * ? *)", "UTC", true],
  ["cron(0 1-4/2 * * ? *)", "UTC", false],
  ["cron(0 2 L * ? *)", "UTC", true],
  ["cron(0 2 ? * 7#3 *)", "UTC", true],
  ["cron(0 3 L * ? *)", "UTC", false],
  ["cron(0 2 * * ? 2027)", "UTC", false],
  ["rate(15 minutes)", "UTC", true],
])("%s in %s: %s", (schedule, timeZone, due) =>
  expect(isDueAt(schedule, wallTimeAt(at, timeZone))).toBe(due),
);

test("between two minutes nothing is due", () => {
  expect(isDueAt("cron(* * * * ? *)", at.getTime() + 1_000)).toBe(false);
});

test("it says what the watchdog's calendar says, where no clock changes", () => {
  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const list = (min: number, max: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.uniqueArray(number(min, max), { minLength: 1, maxLength: 3 }).map((all) => all.join()),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  const schedule = fc
    .tuple(list(0, 59), list(0, 23), fc.boolean(), list(1, 28), list(1, 12), list(1, 7))
    .map(([minute, hour, byDay, day, month, weekday]) =>
      byDay
        ? `cron(${minute} ${hour} ${day} ${month} ? *)`
        : `cron(${minute} ${hour} ? ${month} ${weekday} *)`,
    );
  const minute = fc.integer({ min: 0, max: 525_599 });
  fc.assert(
    fc.property(schedule, minute, (written, offset) => {
      const time = new Date(Date.UTC(2027, 0, 1) + offset * 60_000);
      const due = dueAfter(written, zone, new Date(time.getTime() - 1_000));
      expect(isDueAt(written, wallTimeAt(time, zone))).toBe(due?.getTime() === time.getTime());
      if (due) expect(isDueAt(written, wallTimeAt(due, zone))).toBe(true);
    }),
    { numRuns: 300, seed: 20261121 },
  );
});
