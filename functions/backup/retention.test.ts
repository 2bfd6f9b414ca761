import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { dayLength, wallTimeAt } from "../../sdk/wall-clock.ts";
import { addFigures } from "../../tools/assurance/figures.ts";
import { type Keep, keepFromWords, keepInWords, type Retention, retained } from "./retention.ts";
import { slotAt, wallOfSlot } from "./slot.ts";

const none: Keep = { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const far = Date.UTC(2100, 0);
const retention = (keep: Partial<Keep>, given: Partial<Retention> = {}): Retention => ({
  keep: { ...none, ...keep },
  atLeast: 1,
  now: far,
  ...given,
});
const keptOf = (names: readonly string[], given: Retention): string[] =>
  [...retained(names, (name) => name, given)].sort();
const nights = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.parse(`${from}T00:00Z`) + at * dayLength).toISOString().slice(0, 10),
  );

describe("what is kept", () => {
  test.each<[what: string, names: readonly string[], given: Retention, left: readonly string[]]>([
    ["nothing of nothing", [], retention({ daily: 7 }), []],
    [
      "the newest, where nothing is asked for",
      ["2026-11-20", "2026-11-21"],
      retention({}),
      ["2026-11-21"],
    ],
    [
      "never fewer than the least",
      nights("2026-11-01", 9),
      retention({}, { atLeast: 3 }),
      ["2026-11-07", "2026-11-08", "2026-11-09"],
    ],
    [
      "the last days that have any, however long ago",
      ["2019-02-01", "2020-02-29", "2021-01-01"],
      retention({ daily: 2 }),
      ["2020-02-29", "2021-01-01"],
    ],
    [
      "the first of each week and month",
      nights("2026-10-25", 36),
      retention({ weekly: 2, monthly: 2 }),
      ["2026-10-25", "2026-11-01", "2026-11-16", "2026-11-23", "2026-11-29"],
    ],
    [
      "what a wrong clock has made for later, which counts for nothing",
      ["2026-11-19", "2026-11-20", "2026-11-21", "2036-01-01"],
      retention({ daily: 2 }, { now: Date.UTC(2026, 10, 21, 4) }),
      ["2026-11-20", "2026-11-21", "2036-01-01"],
    ],
    [
      "what bears no slot's name",
      ["2026-11-20", "2026-11-21", "by hand"],
      retention({ daily: 1 }),
      ["2026-11-21", "by hand"],
    ],
  ])("%s", (_, names, given, left) => expect(keptOf(names, given)).toEqual(left));
});

const anyKeep: fc.Arbitrary<Keep> = fc.record({
  hourly: fc.nat(5),
  daily: fc.nat(10),
  weekly: fc.nat(6),
  monthly: fc.nat(14),
  yearly: fc.nat(3),
});
const anyRetention = fc.record({
  keep: anyKeep,
  atLeast: fc.integer({ min: 1, max: 5 }),
  now: fc.constant(far),
});
const anyNames = fc.uniqueArray(
  fc
    .integer({ min: Date.UTC(2024, 0, 1) / 3_600_000, max: Date.UTC(2033, 11, 31) / 3_600_000 })
    .map((hour) => new Date(hour * 3_600_000).toISOString().slice(0, 13)),
  { maxLength: 120 },
);

describe("whatever the history", () => {
  test("the newest is kept, no fewer than the least, and no more than all that is asked for", () =>
    fc.assert(
      fc.property(anyNames, anyRetention, (names, given) => {
        const left = keptOf(names, given);
        if (names.length) expect(left).toContain(names.toSorted().at(-1));
        expect(left.length).toBeGreaterThanOrEqual(Math.min(names.length, given.atLeast));
        const asked = Object.values(given.keep).reduce((sum, count) => sum + count, 0);
        expect(left.length).toBeLessThanOrEqual(asked + given.atLeast);
      }),
    ));

  test("each period that is asked for has one, as far as there are so many", () =>
    fc.assert(
      fc.property(anyNames, anyRetention, (names, given) => {
        const months = (some: readonly string[]) => new Set(some.map((name) => name.slice(0, 7)));
        const wanted = [...months(names)].sort().slice(-given.keep.monthly || names.length);
        if (given.keep.monthly)
          expect(months(keptOf(names, given)).isSupersetOf(new Set(wanted))).toBe(true);
      }),
    ));

  test("pruning again prunes nothing", () =>
    fc.assert(
      fc.property(anyNames, anyRetention, (names, given) => {
        const left = keptOf(names, given);
        expect(keptOf(left, given)).toEqual(left);
      }),
    ));

  test("more is kept where more is asked for", () =>
    fc.assert(
      fc.property(anyNames, anyRetention, (names, given) => {
        const { keep } = given;
        const more = { ...keep, daily: keep.daily + 1, yearly: keep.yearly + 2 };
        const left = new Set(keptOf(names, { ...given, keep: more }));
        expect(new Set(keptOf(names, given)).isSubsetOf(left)).toBe(true);
      }),
    ));

  test("a clock that jumps ahead and makes one makes nothing spare that was kept", () =>
    fc.assert(
      fc.property(anyNames, anyRetention, (names, given) => {
        const now = Date.UTC(2034, 0);
        const left = keptOf(names, { ...given, now });
        const jumped = keptOf([...names, "2060-05-05"], { ...given, now });
        expect(jumped).toEqual([...left, "2060-05-05"].sort());
      }),
    ));
});

let simulated = 0;
afterAll(() => addFigures("nights of retention", { tried: simulated }));

/** Pruned after each night, some of which were missed, over ten years by the clocks of a place. */
describe.each(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"])(
  "ten years in %s, leap days and changes of the clock among them",
  (timeZone) => {
    test("pruning every night keeps what pruning once at the end would keep", () =>
      fc.assert(
        fc.property(
          anyKeep,
          fc.integer({ min: 1, max: 4 }),
          fc.array(fc.nat(3650), { maxLength: 300 }),
          (keep, atLeast, missed) => {
            const skipped = new Set(missed);
            const rhythm = { every: "day", at: "02:30", weekday: "monday", timeZone } as const;
            let left: string[] = [];
            const all: string[] = [];
            // Some months of the ten years each time.
            const from = (missed[0] ?? 0) % 3500;
            for (let day = from; day < from + 150; day += 1) {
              if (skipped.has(day)) continue;
              const night = new Date(Date.UTC(2026, 0, 1, 12) + day * dayLength);
              const { name } = slotAt(night, rhythm);
              const now = wallTimeAt(night, timeZone);
              all.push(name);
              left = keptOf([...left, name], { keep, atLeast, now });
              simulated += 1;
              expect(left).toContain(name);
            }
            const last = wallOfSlot(all.at(-1) ?? "2026-01-01") ?? 0;
            expect(left).toEqual(keptOf(all, { keep, atLeast, now: last + dayLength }));
          },
        ),
        { numRuns: Number(process.env.FC_RUNS ?? 25) },
      ));

    test("every promised point is there at the end", () => {
      const keep: Keep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 10 };
      let left: string[] = [];
      for (const [at, name] of nights("2026-01-01", 3653).entries()) {
        if (at % 11 === 5) continue;
        const now = (wallOfSlot(name) ?? 0) + dayLength / 2;
        left = keptOf([...left, name], { keep, atLeast: 3, now });
        simulated += 1;
      }
      const years = new Set(left.map((name) => name.slice(0, 4)));
      expect(years.size).toBe(10);
      // A day, a week, a month and a year may begin with the same night.
      expect(left.length).toBeGreaterThanOrEqual(7 + 4 + 12 + 10 - 6);
      expect(left.length).toBeLessThanOrEqual(7 + 4 + 12 + 10);
    });
  },
);

test("in words, without what is not kept", () => {
  expect(keepInWords({ ...none, daily: 7, monthly: 12 })).toBe("daily=7 monthly=12");
  expect(keepInWords(none)).toBe("none");
});

test("the words are read as they were written, and nothing else is", () => {
  for (const keep of [none, { ...none, daily: 7, monthly: 12 }, { ...none, yearly: 50, hourly: 1 }])
    expect(keepFromWords(keepInWords(keep))).toEqual(keep);
  for (const words of [
    "",
    "daily",
    "daily=",
    "daily=x",
    "daily=7,weekly=4",
    "dayly=7",
    "none daily=7",
  ])
    expect(keepFromWords(words)).toBeUndefined();
});
