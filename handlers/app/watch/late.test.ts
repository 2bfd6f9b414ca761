import { describe, expect, test } from "vitest";
import { late, skippedSlot, type WatchedUnit } from "./late.ts";

const nightly: WatchedUnit = {
  unit: "log-retention",
  region: "eu-central-1",
  schedule: "cron(0 2 * * ? *)",
  sweep: 0,
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
  ])("%s", (_, last, since, now) =>
    expect(late(nightly, { last: last, since: since }, now)).toBeUndefined(),
  );
  test("whose schedule is over", () =>
    expect(
      late(
        { ...nightly, schedule: "cron(0 2 * * ? 2020)" },
        { last: undefined, since: long },
        at("21T00:00:00"),
      ),
    ).toBeUndefined());
});

describe("a unit is late", () => {
  test("a minute after its window and the tolerance, and it is said what to do", () => {
    const found = late(nightly, { last: at("20T02:20:00"), since: long }, at("21T03:16:00"));
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
      late(nightly, { last: undefined, since: at("21T01:00:00") }, at("21T03:16:00"))?.facts?.[
        "last run"
      ],
    ).toBe("none"));
  test("the matter keeps its name as long as it lasts", () =>
    expect(late(nightly, { last: at("20T02:20:00"), since: long }, at("21T03:16:00"))?.key).toBe(
      late(nightly, { last: at("20T02:20:00"), since: long }, at("24T03:16:00"))?.key,
    ));
  test("by the wall clock: 03:30 in Berlin is 01:30 UTC after the clocks went forward", () => {
    const berlin = {
      ...nightly,
      schedule: "cron(30 3 * * ? *)",
      timeZone: "Europe/Berlin",
      windowMinutes: null,
    };
    const last = new Date("2027-03-27T02:31:00Z");
    expect(
      late(berlin, { last: last, since: long }, new Date("2027-03-28T02:14:00Z")),
    ).toBeUndefined();
    expect(
      late(berlin, { last: last, since: long }, new Date("2027-03-28T02:16:00Z"))?.title,
    ).toContain("it was due at 2027-03-28T01:30:00.000Z");
  });
});

describe("where the clocks are put forward over a time, the scheduler skips it", () => {
  const berlin: WatchedUnit = {
    ...nightly,
    schedule: "cron(30 2 * * ? *)",
    timeZone: "Europe/Berlin",
  };
  const last = new Date("2027-03-27T01:35:00Z");
  const swept = { last, since: long };
  const spring = (text: string) => new Date(`2027-03-28T${text}Z`);

  test("it is not late, and is started once the gap is over, under the slot that it would have had", () => {
    expect(skippedSlot(berlin, swept, spring("00:59:00"))).toBeUndefined();
    expect(skippedSlot(berlin, swept, spring("01:31:00"))).toEqual(spring("01:30:00"));
    expect(late(berlin, swept, spring("03:00:00"))).toBeUndefined();
    expect(skippedSlot(berlin, swept, spring("03:01:00"))).toBeUndefined();
  });
  test("that nobody started it in time is late after all", () =>
    expect(late(berlin, swept, spring("03:46:00"))).toMatchObject({
      title: expect.stringContaining("it was due at 2027-03-28T01:30:00.000Z"),
    }));
  test("once it has run it is neither late nor started again, and is due the next night", () => {
    const done = { last: spring("01:40:00"), since: long };
    for (const now of [spring("01:45:00"), spring("12:00:00"), new Date("2027-03-29T00:20:00Z")])
      expect([skippedSlot(berlin, done, now), late(berlin, done, now)]).toEqual([
        undefined,
        undefined,
      ]);
    expect(late(berlin, done, new Date("2027-03-29T02:00:00Z"))).toBeDefined();
  });
  test.each([
    ["cron(30 3 * * ? *)", "Europe/Berlin"],
    ["cron(0 * * * ? *)", "Europe/Berlin"],
    ["cron(30 2 * * ? *)", "UTC"],
    ["rate(12 hours)", "UTC"],
  ])("%s in %s is not skipped that night", (schedule, timeZone) => {
    const hourly = { last: spring("00:30:00"), since: long };
    for (const now of [spring("01:31:00"), spring("02:45:00")])
      expect(skippedSlot({ ...berlin, schedule, timeZone }, hourly, now)).toBeUndefined();
  });
  test.each([
    ["America/New_York", "cron(15 2 * * ? *)", "2027-03-14T07:15:00.000Z"],
    ["Australia/Lord_Howe", "cron(15 2 * * ? *)", "2026-10-03T15:45:00.000Z"],
    ["America/Sao_Paulo", "cron(30 0 * * ? *)", undefined],
    ["Africa/Cairo", "cron(30 0 * * ? *)", "2027-04-29T22:30:00.000Z"],
  ])("in %s %s is skipped at %s", (timeZone, schedule, due) => {
    const from = new Date(new Date(due ?? "2026-11-01T04:00:00Z").getTime() - 20 * 3_600_000);
    const now = new Date((due ? new Date(due) : from).getTime() + 20 * 60_000);
    const slot = skippedSlot({ ...berlin, timeZone, schedule }, { last: from, since: long }, now);
    expect(slot?.toISOString()).toBe(due);
  });
});

describe("where the clocks are put back over a time, the scheduler runs it once", () => {
  const berlin: WatchedUnit = {
    ...nightly,
    schedule: "cron(30 2 * * ? *)",
    timeZone: "Europe/Berlin",
  };
  const autumn = (text: string) => new Date(`2026-10-25T${text}Z`);
  const before = new Date("2026-10-24T00:40:00Z");
  test("at the first of the two, after which it is due the next night", () => {
    const done = { last: autumn("00:40:00"), since: long };
    for (const now of [autumn("02:00:00"), autumn("20:00:00")])
      expect(late(berlin, done, now)).toBeUndefined();
  });
  test("or at the second: until then it is not late", () => {
    const swept = { last: before, since: long };
    expect(late(berlin, swept, autumn("02:40:00"))).toBeUndefined();
    expect(late(berlin, swept, autumn("02:46:00"))).toBeDefined();
  });
});
