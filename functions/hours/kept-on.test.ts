/** What a person keeps on in the ledger, by the name of a schedule or by the id of one target. */
import { describe, expect, test } from "vitest";
import type { KeptOn } from "../../sdk/automation.ts";
import { at, evening, officeSchedules, saturday } from "../../test/setup/hours-office.ts";
import { hoursOf, onUntilTag, schedulesNow } from "./hours-of.ts";
import { scheduleNotes } from "./notes.ts";
import { schedulesField } from "./schedules.ts";
import { whyOn } from "./why.ts";

const schedules = schedulesField.parse(officeSchedules);
const by = "arn:aws:sts::123456789012:assumed-role/dev/ann";
const keptUntil = (text: string, what: Partial<KeptOn> = { schedule: "office" }): KeptOn => ({
  ...what,
  until: at(text),
  by,
});
const moment = (now: Date, keptOn: readonly KeptOn[]) => schedulesNow(schedules, { now, keptOn });
const hoursAt = (
  now: Date,
  keptOn: readonly KeptOn[],
  tags: Readonly<Record<string, string>> = {},
) =>
  hoursOf({
    id: "i-0a1",
    tags: { "nightshift:hours": "office", ...tags },
    tag: "nightshift:hours",
    schedules: moment(now, keptOn),
    now,
  })?.hours;

describe("while it lasts", () => {
  test.each<[what: string, keptOn: KeptOn]>([
    ["its schedule", keptUntil("2026-11-20T22:00:00Z")],
    ["itself", keptUntil("2026-11-20T22:00:00Z", { target: "i-0a1" })],
  ])("somebody keeps %s on: it is on until then, and it is known by whom", (_, keptOn) => {
    expect(hoursAt(evening, [keptOn])).toMatchObject({
      period: { is: "on", until: at("2026-11-20T22:00:00Z") },
      keptBy: by,
    });
  });
  test.each<[what: string, keptOn: KeptOn]>([
    ["another schedule", keptUntil("2026-11-20T22:00:00Z", { schedule: "stop-only" })],
    ["another target", keptUntil("2026-11-20T22:00:00Z", { target: "i-0b2" })],
  ])("somebody keeps %s on: it is off", (_, keptOn) => {
    expect(hoursAt(evening, [keptOn])?.period.is).toBe("off");
  });
  test("of several the last holds, the tag's among them", () => {
    const two = [
      keptUntil("2026-11-20T21:00:00Z", { target: "i-0a1" }),
      keptUntil("2026-11-20T22:00:00Z"),
    ];
    expect(hoursAt(evening, two)?.period.until).toEqual(at("2026-11-20T22:00:00Z"));
    const worn = { [onUntilTag]: "2026-11-21T00:30" };
    expect(hoursAt(evening, two, worn)?.period.until).toEqual(at("2026-11-20T23:30:00Z"));
  });
  test("by day nothing is different", () => {
    const day = at("2026-11-20T12:00:00Z");
    const kept = [keptUntil("2026-11-20T22:00:00Z")];
    expect(hoursAt(day, kept)).toEqual(hoursAt(day, []));
  });
  test("longer than its time off is as long as that", () => {
    const { period } = hoursAt(evening, [keptUntil("2026-11-30T00:00:00Z")]) ?? {};
    expect(period).toMatchObject({ is: "on", until: at("2026-11-23T06:00:00Z") });
  });
  test("who keeps it on is said", () => {
    const hours = hoursAt(evening, [keptUntil("2026-11-20T22:00:00Z")]);
    const time = { off: undefined, now: evening, pricePerMonth: undefined };
    expect(hours && whyOn(hours, time)).toBe(
      `${by} keeps it on until 2026-11-20 23:00 (Europe/Berlin), although the schedule office says off`,
    );
  });
});

describe("when it is over", () => {
  test("its time off begins then, so that what was started for it is stopped", () => {
    const until = "2026-11-20T22:00:00Z";
    expect(hoursAt(saturday, [keptUntil(until)])?.period).toMatchObject({
      is: "off",
      from: at(until),
    });
  });
  test("before its time off began, it counts for nothing", () => {
    expect(hoursAt(saturday, [keptUntil("2026-11-20T18:00:00Z")])).toEqual(hoursAt(saturday, []));
  });
});

test("a record that cannot be read keeps it on, and is told", () => {
  const doubt = { ...keptUntil("9999-12-31T00:00:00Z"), unreadable: "written by a newer version" };
  expect(hoursAt(evening, [doubt])?.period.is).toBe("on");
  expect(scheduleNotes(schedules, moment(evening, [doubt]), evening)).toEqual([
    "office is kept on until somebody mends that: written by a newer version",
  ]);
});
