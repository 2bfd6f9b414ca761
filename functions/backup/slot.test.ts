import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, hours, minutes } from "../../sdk/time.ts";
import { weekdays } from "../../sdk/weekdays.ts";
import { type Rhythm, slotAt, wallOfSlot } from "./slot.ts";

const rhythm = (given: Partial<Rhythm> = {}): Rhythm => ({
  every: "day",
  at: "02:30",
  weekday: "sunday",
  timeZone: "Europe/Berlin",
  ...given,
});
const at = (now: string, given?: Partial<Rhythm>) => {
  const { name, from } = slotAt(new Date(now), rhythm(given));
  return [name, from.toISOString()];
};

describe("the slot that a moment lies in", () => {
  test.each<[what: string, now: string, given: Partial<Rhythm>, name: string, from: string]>([
    ["before it is due", "2026-11-21T01:29:59Z", {}, "2026-11-20", "2026-11-20T01:30:00.000Z"],
    ["when it is due", "2026-11-21T01:30:00Z", {}, "2026-11-21", "2026-11-21T01:30:00.000Z"],
    [
      "that the clocks skip comes after the gap",
      "2026-03-29T01:31:00Z",
      {},
      "2026-03-29",
      "2026-03-29T01:30:00.000Z",
    ],
    [
      "that the clocks skip, before that",
      "2026-03-29T01:29:00Z",
      {},
      "2026-03-28",
      "2026-03-28T01:30:00.000Z",
    ],
    [
      "that the clocks show twice comes at the first",
      "2026-10-25T00:31:00Z",
      {},
      "2026-10-25",
      "2026-10-25T00:30:00.000Z",
    ],
    [
      "and is the same when they show an earlier time again",
      "2026-10-25T01:10:00Z",
      {},
      "2026-10-25",
      "2026-10-25T00:30:00.000Z",
    ],
    [
      "of an hour",
      "2026-11-21T05:29:00Z",
      { every: "hour", at: "00:30" },
      "2026-11-21T05",
      "2026-11-21T04:30:00.000Z",
    ],
    [
      "of an hour that there is twice is one",
      "2026-10-25T01:45:00Z",
      { every: "hour", at: "00:30" },
      "2026-10-25T02",
      "2026-10-25T00:30:00.000Z",
    ],
    [
      "of a week",
      "2026-11-21T12:00:00Z",
      { every: "week" },
      "2026-11-15",
      "2026-11-15T01:30:00.000Z",
    ],
    [
      "of a month, on a leap day",
      "2028-02-29T12:00:00Z",
      { every: "month" },
      "2028-02-01",
      "2028-02-01T01:30:00.000Z",
    ],
    [
      "of a year, in its first hours",
      "2027-01-01T01:00:00Z",
      { every: "year" },
      "2026-01-01",
      "2026-01-01T01:30:00.000Z",
    ],
  ])("%s", (_, now, given, name, from) => expect(at(now, given)).toEqual([name, from]));
});

const anyRhythm = fc.record({
  every: fc.constantFrom("hour", "day", "week", "month", "year"),
  at: fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":")),
  weekday: fc.constantFrom(...weekdays),
  timeZone: fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/Sao_Paulo",
  ),
}) satisfies fc.Arbitrary<Rhythm>;
const anyTime = fc
  .date({ min: new Date("2016-01-01"), max: new Date("2036-01-01"), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 60_000) * 60_000));

test("a slot is due by then, its name is a time, and it lasts until the next: none comes twice", () =>
  fc.assert(
    fc.property(anyRhythm, anyTime, (given, now) => {
      const slot = slotAt(now, given);
      expect(slot.from <= now).toBe(true);
      expect(slotAt(slot.from, given)).toEqual(slot);
      const later = slotAt(after(now, minutes(45)), given);
      expect(later.from >= slot.from).toBe(true);
      expect(wallOfSlot(later.name)).toBeGreaterThanOrEqual(wallOfSlot(slot.name) as number);
    }),
  ));

test.each(["Europe/Berlin", "Australia/Lord_Howe", "Antarctica/Troll"])(
  "in ten years in %s each day has exactly one",
  (timeZone) => {
    const seen: string[] = [];
    const end = new Date("2036-01-02T00:00:00Z");
    for (let now = new Date("2026-01-01T00:00:00Z"); now < end; now = after(now, hours(7))) {
      const { name } = slotAt(now, rhythm({ timeZone }));
      if (seen.at(-1) !== name) seen.push(name);
    }
    expect(new Set(seen).size).toBe(seen.length);
    const walls = seen.map((name) => wallOfSlot(name) as number);
    const steps = new Set(walls.slice(1).map((wall, index) => wall - (walls[index] as number)));
    expect(steps).toEqual(new Set([86_400_000]));
  },
);

test.each(["", "2026", "2026-13-01", "2026-11-21T5", "2026-11-21T24", "yesterday", "2026-11-21 "])(
  "%j is no slot's name",
  (name) => expect(wallOfSlot(name)).toBeUndefined(),
);
