import { describe, expect, test } from "vitest";
import { late, type WatchedUnit } from "./late.ts";

const nightly: WatchedUnit = {
  unit: "log-retention",
  region: "eu-central-1",
  schedule: "cron(0 2 * * ? *)",
  timeZone: "UTC",
  windowMinutes: 30,
};
const long = new Date("2026-01-01T00:00:00Z");
const at = (text: string) => new Date(`2026-11-${text}Z`);

describe("a unit is not late", () => {
  test.each([
    ["that ran in the last slot", at("21T02:20:00"), long, at("22T02:00:00")],
    ["while its window and the tolerance last", at("20T02:20:00"), long, at("21T03:15:00")],
    [
      "that is newly deployed, before its first slot is over",
      undefined,
      at("21T01:00:00"),
      at("21T03:15:00"),
    ],
    [
      "whose slot was before anybody looked after it",
      undefined,
      at("21T02:30:00"),
      at("21T23:00:00"),
    ],
  ])("%s", (_, last, since, now) => expect(late(nightly, last, since, now)).toBeUndefined());
  test("whose schedule is over", () =>
    expect(
      late({ ...nightly, schedule: "cron(0 2 * * ? 2020)" }, undefined, long, at("21T00:00:00")),
    ).toBeUndefined());
});

describe("a unit is late", () => {
  test("a minute after its window and the tolerance, and it is said what to do", () => {
    const found = late(nightly, at("20T02:20:00"), long, at("21T03:16:00"));
    expect(found).toMatchObject({
      key: "late log-retention eu-central-1 cron(0 2 * * ? *)",
      severity: "critical",
      title:
        "log-retention in eu-central-1 has not run since 2026-11-20T02:20:00.000Z: it was due at 2026-11-21T02:00:00.000Z",
    });
    expect(found?.facts?.["what now"]).toContain(
      "npx nightshift run log-retention --region eu-central-1",
    );
  });
  test("that never ran", () =>
    expect(
      late(nightly, undefined, at("21T01:00:00"), at("21T03:16:00"))?.facts?.["last run"],
    ).toBe("none"));
  test("the matter keeps its name as long as it lasts", () =>
    expect(late(nightly, at("20T02:20:00"), long, at("21T03:16:00"))?.key).toBe(
      late(nightly, at("20T02:20:00"), long, at("24T03:16:00"))?.key,
    ));
  test("by the wall clock: 03:30 in Berlin is 01:30 UTC after the clocks went forward", () => {
    const berlin = {
      ...nightly,
      schedule: "cron(30 3 * * ? *)",
      timeZone: "Europe/Berlin",
      windowMinutes: null,
    };
    const last = new Date("2027-03-27T02:31:00Z");
    expect(late(berlin, last, long, new Date("2027-03-28T02:14:00Z"))).toBeUndefined();
    expect(late(berlin, last, long, new Date("2027-03-28T02:16:00Z"))?.title).toContain(
      "it was due at 2027-03-28T01:30:00.000Z",
    );
  });
});
