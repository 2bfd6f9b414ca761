import { describe, expect, test } from "vitest";
import { UsageError } from "../../sdk/errors.ts";
import { untilOf } from "./until.ts";

/** 19:30 in Berlin. */
const now = new Date("2026-11-20T18:30:00Z");
const berlin = ["Europe/Berlin", "Europe/Berlin"];

test.each([
  ["22:00", "2026-11-20T21:00:00.000Z"],
  ["19:00", "2026-11-21T18:00:00.000Z"],
  ["24:00", "2026-11-20T23:00:00.000Z"],
  ["2026-11-21T07:30", "2026-11-21T06:30:00.000Z"],
  ["2026-11-21T07:30Z", "2026-11-21T07:30:00.000Z"],
  ["2026-11-21T07:30:00-05:00", "2026-11-21T12:30:00.000Z"],
  ["90m", "2026-11-20T20:00:00.000Z"],
  ["14d", "2026-12-04T18:30:00.000Z"],
])("%s is %s", (text, until) => {
  expect(untilOf(text, now, berlin).toISOString()).toBe(until);
});

test("a time of day in the night in which the clocks are put back is the first of the two", () => {
  const evening = new Date("2026-10-24T18:00:00Z");
  expect(untilOf("02:30", evening, berlin).toISOString()).toBe("2026-10-25T00:30:00.000Z");
});

describe("what is refused", () => {
  test.each([
    ["tomorrow", "is no time: write it like 22:00"],
    ["25:00", "is no time"],
    ["2026-11-21", "is no time"],
    ["2026-02-30T22:00", "is no time"],
    ["2026-11-31T22:00Z", "is no time"],
    ["2026-11-31T22:00:00+01:00", "is no time"],
    ["3x", "is not a length of time"],
    ["0h", "is not a length of time"],
    ["2026-11-20T19:00", "is over"],
    ["15d", "is more than"],
  ])("%s", (text, told) => {
    expect(() => untilOf(text, now, berlin)).toThrow(UsageError);
    expect(() => untilOf(text, now, berlin)).toThrow(told);
  });
  test("clocks of several places, and of none", () => {
    const two = ["Europe/Berlin", "Asia/Kolkata"];
    expect(() => untilOf("22:00", now, two)).toThrow(
      "schedules are in Europe/Berlin, Asia/Kolkata",
    );
    expect(() => untilOf("22:00", now, [])).toThrow("needs a time zone, and no schedule says one");
    expect(untilOf("3h", now, []).toISOString()).toBe("2026-11-20T21:30:00.000Z");
  });
});
