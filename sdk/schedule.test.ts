import { describe, expect, test } from "vitest";
import { dueAfter } from "./schedule.ts";

const from = new Date("2026-11-21T06:00:00Z"); // a Saturday

describe("when a schedule is due", () => {
  test.each([
    ["cron(0 2 * * ? *)", "UTC", "2026-11-22T02:00:00.000Z"],
    ["cron(0 8 1 * ? *)", "UTC", "2026-12-01T08:00:00.000Z"],
    ["cron(30 3 ? * 2-6 *)", "UTC", "2026-11-23T03:30:00.000Z"],
    ["cron(30 3 ? * MON-FRI *)", "UTC", "2026-11-23T03:30:00.000Z"],
    ["cron(0 9 ? * 2#1 *)", "UTC", "2026-12-07T09:00:00.000Z"],
    ["cron(0 9 L * ? *)", "UTC", "2026-11-30T09:00:00.000Z"],
    ["cron(0 9 ? * 6L *)", "UTC", "2026-11-27T09:00:00.000Z"],
    ["cron(0/20 8-17 ? * * *)", "UTC", "2026-11-21T08:00:00.000Z"],
    ["cron(5/20 6 * * ? *)", "UTC", "2026-11-21T06:05:00.000Z"],
    ["cron(0 2 * * ? 2028)", "UTC", "2028-01-01T02:00:00.000Z"],
    ["cron(0 2 * * ? *)", "Europe/Berlin", "2026-11-22T01:00:00.000Z"],
    ["rate(15 minutes)", "UTC", "2026-11-21T06:15:00.000Z"],
    ["rate(1 hour)", "UTC", "2026-11-21T07:00:00.000Z"],
  ])("%s in %s", (schedule, timeZone, due) =>
    expect(dueAfter(schedule, timeZone, from)?.toISOString()).toBe(due),
  );

  test("what is over is never due again", () =>
    expect(dueAfter("cron(0 2 * * ? 2020)", "UTC", from)).toBeUndefined());
  test("by the wall clock, whatever daylight saving does", () =>
    expect(
      dueAfter(
        "cron(30 3 * * ? *)",
        "Europe/Berlin",
        new Date("2027-03-28T00:00:00Z"),
      )?.toISOString(),
    ).toBe("2027-03-28T01:30:00.000Z"));
  test("what is no schedule is refused", () =>
    expect(() => dueAfter("at(2026-11-21T00:00:00)", "UTC", from)).toThrow("not a schedule: at("));
});
