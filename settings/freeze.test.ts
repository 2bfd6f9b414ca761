import { describe, expect, test } from "vitest";
import { before, days, hours, minutes } from "../sdk/time.ts";
import { type Freeze, type FreezeSetting, freezeNotices, moments } from "./freeze.ts";

const place = { account: "123456789012", home: "eu-central-1" };
const freeze = (given: Partial<FreezeSetting> = {}): Freeze => {
  const written = {
    from: "2026-12-24T18:00",
    until: "2026-12-27T06:00",
    timeZone: "Europe/Berlin",
    owner: "ann",
    reason: "holidays",
    ...given,
  };
  return {
    ...written,
    timeZone: written.timeZone ?? "UTC",
    ...moments({ ...written, timeZone: written.timeZone ?? "UTC" }),
  };
};
const begins = new Date("2026-12-24T17:00:00Z");

describe("a freeze is told", () => {
  test.each<[when: string, now: Date, told: boolean]>([
    ["not two days before it begins", before(begins, days(2)), false],
    ["not more than a day before", new Date(before(begins, days(1)).getTime() - 1), false],
    ["a day before", before(begins, days(1)), true],
    ["an hour before, where nobody asked earlier", before(begins, hours(1)), true],
    ["not once it has begun", begins, false],
  ])("%s", (_, now, told) =>
    expect(freezeNotices([freeze()], place, now)).toHaveLength(told ? 1 : 0),
  );

  test("once: whenever it is asked for, it is the same message at the same place", () => {
    const [first, later] = [hours(24), minutes(5)].map((span) =>
      freezeNotices([freeze()], place, before(begins, span)),
    );
    expect(first).toEqual(later);
    expect(first?.[0]?.at).toEqual(before(begins, days(1)));
  });
  test("another freeze is another message", () => {
    const ids = freezeNotices(
      [freeze(), freeze({ units: ["open-ingress"] }), freeze({ until: "2026-12-28" })],
      place,
      before(begins, hours(1)),
    ).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });
  test("with its beginning, its end, what it is for, and what can be done", () => {
    const [message] = freezeNotices(
      [
        freeze({
          units: ["open-ingress", "idle-instances"],
          regions: ["eu-central-1"],
          until: "2026-12-26",
        }),
      ],
      place,
      before(begins, hours(1)),
    );
    expect(message?.title).toBe(
      "From 2026-12-24 18:00 until the end of 2026-12-26 Europe/Berlin nothing is changed by open-ingress, idle-instances in eu-central-1: holidays",
    );
    expect(message).toMatchObject({
      severity: "info",
      account: place.account,
      region: place.home,
      facts: { owner: "ann", "what now": expect.stringContaining("`freezes`") },
    });
  });
});
