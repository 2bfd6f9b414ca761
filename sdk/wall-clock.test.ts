import { describe, expect, test } from "vitest";
import { instantOf, readClockTime, readWallTime, wallTimeAt } from "./wall-clock.ts";

const wall = (text: string) => readWallTime(text) ?? Number.NaN;

describe("when clocks show it", () => {
  test.each<[timeZone: string, shown: string, at: string, why: string]>([
    ["UTC", "2026-03-29T02:30", "2026-03-29T02:30", ""],
    ["Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59", "just before clocks go forward"],
    ["Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00", "skipped: 03:00"],
    ["Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30", "skipped: 03:30"],
    ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00", "just after"],
    ["Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59", "just before clocks go back"],
    ["Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", "twice: the first"],
    ["Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00", "just after"],
    ["America/New_York", "2026-03-08T02:30", "2026-03-08T07:30", "skipped"],
    ["America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "twice"],
    ["Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "twice, by half an hour"],
    [
      "Australia/Lord_Howe",
      "2026-10-04T02:15",
      "2026-10-03T15:45",
      "skipped, by half an hour: 02:45",
    ],
    ["Asia/Kathmandu", "2026-06-01T09:00", "2026-06-01T03:15", "three quarters of an hour"],
    ["Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30", "Ramadan begins: twice"],
    ["Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:30", "Ramadan ends: skipped"],
    ["Pacific/Kiritimati", "2026-01-01T00:00", "2025-12-31T10:00", "fourteen hours ahead"],
    ["America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00", "a midnight that is skipped"],
    ["Pacific/Apia", "2011-12-30T09:00", "2011-12-30T19:00", "a day that is skipped"],
  ])("%s %s", (timeZone, shown, at) =>
    expect(instantOf(wall(shown), timeZone)).toEqual(new Date(`${at}:00Z`)),
  );
});

test("clocks show a time with its milliseconds, before 1970 too", () => {
  expect(wallTimeAt(new Date("2026-07-01T00:00:00.123Z"), "Europe/Berlin")).toBe(
    Date.parse("2026-07-01T02:00:00.123Z"),
  );
  expect(wallTimeAt(new Date("1969-07-20T20:17:40.250Z"), "America/New_York")).toBe(
    Date.parse("1969-07-20T16:17:40.250Z"),
  );
});

describe("a time as it is written", () => {
  test.each([
    "2026-02-30",
    "2026-13-01",
    "2026-2-1",
    "2026-02-01T24:00",
    "2026-02-01T09:60",
    "2026-02-01 09:00",
    "2026-02-01T09:00Z",
    "soon",
    "",
  ])("%o is none", (text) => expect(readWallTime(text)).toBeUndefined());
  test("a day is its midnight", () =>
    expect(readWallTime("2026-02-28")).toBe(readWallTime("2026-02-28T00:00")));
  test.each(["9:00", "24:00", "09:60", "09", "09:00:00"])("nor is %o on a clock", (text) =>
    expect(readClockTime(text)).toBeUndefined(),
  );
  test("from midnight on", () =>
    expect([readClockTime("00:00"), readClockTime("23:59")]).toEqual([0, 86_340_000]));
});
