import { describe, expect, test } from "vitest";
import { assertDue } from "./due.ts";

const arn =
  "arn:aws:scheduler:eu-central-1:123456789012:schedule/nightshift/volumes-0-eu-central-1";
const nightly = { sweep: 0, schedule: "cron(0 2 * * ? *)", timeZone: "UTC" };
const berlin = { sweep: 1, schedule: "cron(30 2 * * ? *)", timeZone: "Europe/Berlin" };
const often = { sweep: 2, schedule: "rate(15 minutes)", timeZone: "UTC" };
const now = new Date("2026-11-21T02:10:00Z");

function given(at: string, sweep = 0, schedule = arn, at2 = now): () => void {
  const slot = { at: new Date(at), sweep, schedule, expected: arn };
  return () => assertDue(slot, [nightly, berlin, often], at2);
}

describe("a time slot", () => {
  test.each<[string, number]>([
    ["2026-11-21T02:00:00Z", 0],
    ["2026-11-20T02:00:00Z", 0],
    ["2026-11-20T01:30:00Z", 1],
    ["2026-07-20T00:30:00Z", 1],
    ["2026-11-21T02:07:31Z", 2],
  ])("that its schedule has is believed: %s of sweep %i", (at, sweep) => {
    expect(given(at, sweep)).not.toThrow();
  });

  test.each(["2026-03-29T01:30:00Z", "2026-03-29T00:30:00Z"])(
    "is believed on either side where the clocks skip it: %s",
    (at) => expect(given(at, 1)).not.toThrow(),
  );
  test.each(["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])(
    "is believed on either side where the clocks show it twice: %s",
    (at) => expect(given(at, 1)).not.toThrow(),
  );

  test.each<[string, string, number]>([
    ["an hour beside it", "2026-11-21T01:00:00Z", 0],
    ["a second beside it", "2026-11-21T02:00:01Z", 0],
    ["an hour beside it, where no clock changes", "2026-11-20T00:30:00Z", 1],
    ["two hours beside it, where one does", "2026-10-25T03:30:00Z", 1],
  ])("at another time is refused, with how to start it now: %s", (_, at, sweep) => {
    expect(given(at, sweep)).toThrow(/is no time of its schedule.*npx nightshift run/);
  });

  test("that is to come is refused, however its schedule reads", () => {
    expect(given("2026-11-22T02:00:00Z")).toThrow("is still to come");
    expect(given("2026-11-21T02:12:00Z", 2)).toThrow("is still to come");
    expect(given("2026-11-21T02:00:00Z", 0, arn, new Date("2026-11-21T01:59:30Z"))).not.toThrow();
  });

  test("of a schedule that is not this sweep's is refused: a slot has one name, and so one run", () => {
    const at = "2026-11-21T02:00:00Z";
    for (const schedule of ["", "s", `${arn}x`, arn.replace("123456789012", "210987654321")])
      expect(given(at, 0, schedule)).toThrow("is of no schedule of this unit");
    for (const sweep of [3, -1, 0.5]) expect(given(at, sweep)).toThrow("is of no schedule");
  });
});
