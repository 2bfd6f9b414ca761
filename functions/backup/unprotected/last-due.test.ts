import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dueAfter } from "../../../sdk/schedule.ts";
import { before, days } from "../../../sdk/time.ts";
import { lastDueIn } from "./last-due.ts";

const at = (text: string): Date => new Date(text);
const last = (schedule: string, zone: string, until: string, back = 40) =>
  lastDueIn(schedule, zone, { since: before(at(until), days(back)), until: at(until) });

test.each<[schedule: string, zone: string, until: string, due: string]>([
  ["cron(0 5 ? * * *)", "UTC", "2026-11-29T06:30:00Z", "2026-11-29T05:00:00Z"],
  ["cron(0 5 ? * * *)", "UTC", "2026-11-29T05:00:00Z", "2026-11-28T05:00:00Z"],
  ["cron(0 6 * * ? *)", "Asia/Tokyo", "2026-11-29T06:30:00Z", "2026-11-28T21:00:00Z"],
  ["cron(0/15 * * * ? *)", "UTC", "2026-11-29T06:31:00Z", "2026-11-29T06:30:00Z"],
  ["cron(0 5 ? * SUN *)", "UTC", "2026-11-29T06:30:00Z", "2026-11-29T05:00:00Z"],
  ["cron(0 5 ? * 6L *)", "UTC", "2026-11-29T06:30:00Z", "2026-11-27T05:00:00Z"],
  ["cron(0 5 ? * FRIL *)", "UTC", "2026-11-26T06:30:00Z", "2026-10-30T05:00:00Z"],
  ["cron(0 5 ? * 2#1 *)", "UTC", "2026-11-29T06:30:00Z", "2026-11-02T05:00:00Z"],
  ["cron(0 5 ? * L *)", "UTC", "2026-11-27T06:30:00Z", "2026-11-21T05:00:00Z"],
  ["cron(0 5 L * ? *)", "UTC", "2026-11-29T06:30:00Z", "2026-10-31T05:00:00Z"],
  ["cron(0 5 L-3 * ? *)", "UTC", "2026-11-29T06:30:00Z", "2026-11-27T05:00:00Z"],
  // The last of October is a Saturday, the first of November a Sunday.
  ["cron(0 5 LW * ? *)", "UTC", "2026-11-29T06:30:00Z", "2026-10-30T05:00:00Z"],
  ["cron(0 5 1W * ? *)", "UTC", "2026-11-29T06:30:00Z", "2026-11-02T05:00:00Z"],
  ["cron(0 5 1W 8 ? *)", "UTC", "2026-08-29T06:30:00Z", "2026-08-03T05:00:00Z"],
  ["cron(0 5 31W 10 ? *)", "UTC", "2026-11-29T06:30:00Z", "2026-10-30T05:00:00Z"],
  // Clocks are put forward over it, and show it twice.
  ["cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-28T06:00:00Z", "2027-03-28T01:30:00Z"],
  ["cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-25T06:00:00Z", "2026-10-25T00:30:00Z"],
])("%s in %s was last due before %s at %s", (schedule, zone, until, due) =>
  expect(last(schedule, zone, until)).toEqual(at(due)),
);

test.each(["cron(0 1 1 1 ? *)", "cron(0 5 * * ? 2020)", "rate(1 day)", "cron(0 5)", "nightly"])(
  "%s was not due in that time",
  (schedule) => expect(last(schedule, "UTC", "2026-11-29T06:30:00Z")).toBeUndefined(),
);

test("it says what the watchdog's calendar says, where no clock changes", () => {
  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const list = (min: number, max: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.uniqueArray(number(min, max), { minLength: 1, maxLength: 3 }).map((all) => all.join()),
    );
  const day = fc.oneof(
    ...[list(1, 28), fc.constant("L")].map((one) => one.map((text) => `${text} * ?`)),
    ...[list(1, 7), number(1, 7).map((text) => `${text}L`), number(1, 7).map((n) => `${n}#2`)].map(
      (one) => one.map((text) => `? * ${text}`),
    ),
  );
  const schedule = fc
    .tuple(list(0, 59), list(0, 23), day)
    .map(([minute, hour, days]) => `cron(${minute} ${hour} ${days} *)`);
  fc.assert(
    fc.property(schedule, fc.integer({ min: 0, max: 525_599 }), (written, offset) => {
      const until = new Date(Date.UTC(2027, 0, 1) + offset * 60_000);
      const since = before(until, days(70));
      const due = lastDueIn(written, "Asia/Kolkata", { since, until });
      const next = (from: Date) => dueAfter(written, "Asia/Kolkata", from);
      if (!due)
        expect(next(since)?.getTime() ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
          until.getTime(),
        );
      else {
        expect(next(new Date(due.getTime() - 1000))).toEqual(due);
        expect(next(due)?.getTime()).toBeGreaterThanOrEqual(until.getTime());
      }
    }),
    { numRuns: 200, seed: 20261129 },
  );
});
