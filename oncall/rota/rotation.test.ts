import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayLength, instantOf, readClockTime, wallTimeAt } from "../../sdk/wall-clock.ts";
import type { Handover, ParsedRotation } from "../settings/on-call.ts";
import { handovers, onCallAt, type Shift, shiftAt } from "./rotation.ts";
import { whoIsOn } from "./who-is-on.ts";

const daily = (at: string): Handover => ({ every: "day", at });
const weekly = (at: string): Handover => ({ every: "week", on: "monday", at });
const rotation = (
  timeZone: string,
  handover: Handover,
  given: Partial<ParsedRotation> = {},
): ParsedRotation => ({
  people: ["ann", "ben", "cid"],
  from: "2026-01-05",
  handover,
  timeZone,
  changes: [],
  overrides: [],
  ...given,
});
const at = (text: string) => new Date(`${text}:00Z`);
const short = ({ person, from, until }: Pick<Shift, "person" | "from" | "until">) =>
  [person, from.toISOString().slice(0, 16), until.toISOString().slice(0, 16)].join(" ");

describe("hand-overs while clocks change", () => {
  test.each<
    [timeZone: string, handover: Handover, from: string, until: string, expected: readonly string[]]
  >([
    [
      "Europe/Berlin",
      weekly("09:00"),
      "2026-03-16T00:00",
      "2026-04-07T00:00",
      [
        "ben 2026-03-16T08:00 2026-03-23T08:00",
        "cid 2026-03-23T08:00 2026-03-30T07:00",
        "ann 2026-03-30T07:00 2026-04-06T07:00",
        "ben 2026-04-06T07:00 2026-04-13T07:00",
      ],
    ],
    [
      "Europe/Berlin",
      weekly("09:00"),
      "2026-10-19T00:00",
      "2026-11-02T00:00",
      ["cid 2026-10-19T07:00 2026-10-26T08:00", "ann 2026-10-26T08:00 2026-11-02T08:00"],
    ],
    // 02:30 is skipped on 29 March: the hand-over is at 03:30.
    [
      "Europe/Berlin",
      daily("02:30"),
      "2026-03-28T00:00",
      "2026-03-31T00:00",
      [
        "ben 2026-03-28T01:30 2026-03-29T01:30",
        "cid 2026-03-29T01:30 2026-03-30T00:30",
        "ann 2026-03-30T00:30 2026-03-31T00:30",
      ],
    ],
    // 02:30 comes twice on 25 October: the hand-over is at the first.
    [
      "Europe/Berlin",
      daily("02:30"),
      "2026-10-24T00:00",
      "2026-10-26T12:00",
      [
        "ben 2026-10-24T00:30 2026-10-25T00:30",
        "cid 2026-10-25T00:30 2026-10-26T01:30",
        "ann 2026-10-26T01:30 2026-10-27T01:30",
      ],
    ],
    [
      "America/New_York",
      daily("02:30"),
      "2026-03-07T12:00",
      "2026-03-10T00:00",
      ["cid 2026-03-08T07:30 2026-03-09T06:30", "ann 2026-03-09T06:30 2026-03-10T06:30"],
    ],
    [
      "America/New_York",
      daily("01:30"),
      "2026-10-31T00:00",
      "2026-11-02T12:00",
      [
        "cid 2026-10-31T05:30 2026-11-01T05:30",
        "ann 2026-11-01T05:30 2026-11-02T06:30",
        "ben 2026-11-02T06:30 2026-11-03T06:30",
      ],
    ],
    // Half an hour.
    [
      "Australia/Lord_Howe",
      daily("02:15"),
      "2026-10-02T12:00",
      "2026-10-05T00:00",
      [
        "ben 2026-10-02T15:45 2026-10-03T15:45",
        "cid 2026-10-03T15:45 2026-10-04T15:15",
        "ann 2026-10-04T15:15 2026-10-05T15:15",
      ],
    ],
    [
      "Australia/Lord_Howe",
      daily("01:45"),
      "2026-04-03T12:00",
      "2026-04-06T00:00",
      [
        "cid 2026-04-03T14:45 2026-04-04T14:45",
        "ann 2026-04-04T14:45 2026-04-05T15:15",
        "ben 2026-04-05T15:15 2026-04-06T15:15",
      ],
    ],
    // Never changes, and is three quarters of an hour off.
    [
      "Asia/Kathmandu",
      weekly("09:00"),
      "2026-03-22T00:00",
      "2026-03-31T00:00",
      ["cid 2026-03-23T03:15 2026-03-30T03:15", "ann 2026-03-30T03:15 2026-04-06T03:15"],
    ],
    // Back an hour for Ramadan, and forward again after it.
    [
      "Africa/Casablanca",
      daily("02:30"),
      "2026-02-14T00:00",
      "2026-02-16T12:00",
      [
        "ben 2026-02-14T01:30 2026-02-15T01:30",
        "cid 2026-02-15T01:30 2026-02-16T02:30",
        "ann 2026-02-16T02:30 2026-02-17T02:30",
      ],
    ],
    [
      "Africa/Casablanca",
      daily("02:30"),
      "2026-03-21T00:00",
      "2026-03-23T12:00",
      [
        "ann 2026-03-21T02:30 2026-03-22T02:30",
        "ben 2026-03-22T02:30 2026-03-23T01:30",
        "cid 2026-03-23T01:30 2026-03-24T01:30",
      ],
    ],
    // Behind UTC, over the date line, and before the rotation began: the order goes on backwards.
    [
      "Pacific/Kiritimati",
      weekly("00:00"),
      "2026-01-03T00:00",
      "2026-01-05T00:00",
      ["ann 2026-01-04T10:00 2026-01-11T10:00"],
    ],
    [
      "UTC",
      weekly("09:00"),
      "2025-12-22T00:00",
      "2026-01-06T00:00",
      [
        "ben 2025-12-22T09:00 2025-12-29T09:00",
        "cid 2025-12-29T09:00 2026-01-05T09:00",
        "ann 2026-01-05T09:00 2026-01-12T09:00",
      ],
    ],
  ])("%s, %o, from %s", (timeZone, handover, from, until, expected) => {
    expect([...handovers(rotation(timeZone, handover), at(from), at(until))].map(short)).toEqual(
      expected,
    );
  });
});

test("clocks that show a time twice, or none, hand over once", () => {
  const nightly = rotation("Europe/Berlin", daily("02:30"));
  // 03:15 is shown, and 02:30 never was: the hand-over is at 03:30.
  expect(
    ["2026-03-29T00:59", "2026-03-29T01:15", "2026-03-29T01:30"].map((time) =>
      onCallAt(nightly, at(time)),
    ),
  ).toEqual(["ben", "ben", "cid"]);
  // 02:15 is shown for the second time: the hand-over was at the first 02:30.
  expect(
    ["2026-10-25T00:15", "2026-10-25T00:30", "2026-10-25T01:15", "2026-10-25T01:30"].map((time) =>
      onCallAt(nightly, at(time)),
    ),
  ).toEqual(["ben", "cid", "cid", "cid"]);
});

describe("other people from a day on", () => {
  const [berlin, york] = ["Europe/Berlin", "America/New_York"] as const;
  test.each<
    [
      what: string,
      timeZone: string,
      handover: Handover,
      change: { readonly from: string; readonly people: readonly string[] },
      times: readonly string[],
      expected: readonly string[],
    ]
  >([
    // Without a change it is ben from 16, cid from 23 and ann from 30 March.
    [
      "somebody is removed while on: until the hand-over it stays theirs",
      berlin,
      weekly("09:00"),
      { from: "2026-03-23", people: ["ann", "cid"] },
      ["2026-03-16T08:00", "2026-03-23T07:59", "2026-03-23T08:00", "2026-03-30T07:00"],
      ["ben", "ben", "ann", "cid"],
    ],
    [
      "somebody is added, and the clocks change within the first turn",
      berlin,
      weekly("09:00"),
      { from: "2026-03-23", people: ["dora", "ann", "ben", "cid"] },
      ["2026-03-23T07:59", "2026-03-23T08:00", "2026-03-30T06:59", "2026-03-30T07:00"],
      ["ben", "dora", "dora", "ann"],
    ],
    [
      "in another order, where the hand-over is skipped by the clocks",
      berlin,
      daily("02:30"),
      { from: "2026-03-29", people: ["cid", "ben", "ann"] },
      ["2026-03-29T01:29", "2026-03-29T01:30", "2026-03-30T00:30", "2026-03-31T00:30"],
      ["ben", "cid", "ben", "ann"],
    ],
    [
      "one person alone, where the hand-over comes twice",
      york,
      daily("01:30"),
      { from: "2026-11-01", people: ["dora"] },
      ["2026-11-01T05:29", "2026-11-01T05:30", "2026-11-01T06:30", "2026-11-09T12:00"],
      ["cid", "dora", "dora", "dora"],
    ],
    [
      "and before the rotation began the first list is followed backwards",
      "UTC",
      weekly("09:00"),
      { from: "2026-01-12", people: ["dora"] },
      ["2025-12-29T09:00", "2026-01-05T09:00", "2026-01-12T08:59", "2026-01-12T09:00"],
      ["cid", "ann", "ann", "dora"],
    ],
  ])("%s", (_, timeZone, handover, change, times, expected) => {
    const changed = rotation(timeZone, handover, { changes: [change] });
    expect(times.map((time) => onCallAt(changed, at(time)))).toEqual(expected);
  });

  test("the last list whose day has come holds, and the shift before it says who is next", () => {
    const changed = rotation("UTC", weekly("09:00"), {
      changes: [
        { from: "2026-01-12", people: ["dora", "ann"] },
        { from: "2026-01-26", people: ["ben", "dora"] },
      ],
    });
    expect(
      [...handovers(changed, at("2026-01-05T00:00"), at("2026-02-03T00:00"))].map(short),
    ).toEqual([
      "ann 2026-01-05T09:00 2026-01-12T09:00",
      "dora 2026-01-12T09:00 2026-01-19T09:00",
      "ann 2026-01-19T09:00 2026-01-26T09:00",
      "ben 2026-01-26T09:00 2026-02-02T09:00",
      "dora 2026-02-02T09:00 2026-02-09T09:00",
    ]);
  });
});

describe("somebody stands in", () => {
  const overrides = [
    { from: "2026-01-06T12:00", until: "2026-01-13T12:00", person: "dora", reason: "holidays" },
    { from: "2026-01-13T12:00", until: "2026-01-13T18:00", person: "ann" },
    // 02:30 is skipped, and is 03:30: no time at all is left before 03:10.
    { from: "2026-03-29T02:30", until: "2026-03-29T03:10", person: "dora" },
  ];
  const primary = rotation("Europe/Berlin", weekly("09:00"), { overrides });

  test("over a hand-over too, and then whose turn it is by then", () => {
    expect(
      [...handovers(primary, at("2026-01-05T08:00"), at("2026-01-19T09:00"))].map(short),
    ).toEqual([
      "ann 2026-01-05T08:00 2026-01-06T11:00",
      "dora 2026-01-06T11:00 2026-01-13T11:00",
      "ann 2026-01-13T11:00 2026-01-13T17:00",
      "ben 2026-01-13T17:00 2026-01-19T08:00",
      "cid 2026-01-19T08:00 2026-01-26T08:00",
    ]);
  });
  test("and it is said for whom and why", () => {
    expect(shiftAt(primary, at("2026-01-07T00:00"))).toMatchObject({
      person: "dora",
      insteadOf: "ann",
      reason: "holidays",
    });
    expect(shiftAt(primary, at("2026-01-12T12:00"))).toMatchObject({
      person: "dora",
      insteadOf: "ben",
    });
    expect(shiftAt(primary, at("2026-01-14T00:00"))).not.toHaveProperty("insteadOf");
  });
  test("from its first moment to before its last", () => {
    expect(
      ["2026-01-06T10:59", "2026-01-06T11:00", "2026-01-13T10:59", "2026-01-13T11:00"].map((time) =>
        onCallAt(primary, at(time)),
      ),
    ).toEqual(["ann", "dora", "dora", "ann"]);
  });
  test("not in a time that the clocks skip", () => {
    expect(
      ["2026-03-29T00:45", "2026-03-29T01:05", "2026-03-29T01:35"].map((time) =>
        onCallAt(primary, at(time)),
      ),
    ).toEqual(["cid", "cid", "cid"]);
  });
});

test("a rotation's key means who is on for it, a person's key that person, and another nobody", () => {
  const person = { name: "Ann", timeZone: "UTC" };
  const ask = whoIsOn({
    people: { ann: person, ben: person, cid: person },
    onCall: {
      rotations: { primary: rotation("UTC", weekly("09:00")) },
      escalations: [],
      inhibit: [],
      group: { by: [], wait: { seconds: 0 }, interval: { seconds: 1 }, repeat: { seconds: 1 } },
    },
  });
  expect([
    ask("primary", at("2026-01-12T09:00")),
    ask("cid", at("2026-01-12T09:00")),
    ask("dora", at("2026-01-12T09:00")),
  ]).toEqual([["ben"], ["cid"], []]);
  expect(whoIsOn({ people: {} })("primary", at("2026-01-12T09:00"))).toEqual([]);
});

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "America/Santiago",
  "Pacific/Chatham",
  "Antarctica/Troll",
];
const two = (number: number) => String(number).padStart(2, "0");
const wallText = (wall: number) => new Date(wall).toISOString().slice(0, 16);
const begin = Date.UTC(2026, 0, 1);
const minute = 60_000;

/** Stand-ins that do not overlap: stretches and the pauses between them. */
const arbitraryOverrides = fc
  .array(
    fc.record({
      pause: fc.nat(20_000),
      length: fc.integer({ min: 1, max: 20_000 }),
      person: fc.constantFrom("ann", "dora"),
    }),
    { maxLength: 6 },
  )
  .map((parts) => {
    let wall = begin;
    return parts.map(({ pause, length, person }) => {
      const from = wall + pause * minute;
      wall = from + length * minute;
      return { from: wallText(from), until: wallText(wall), person };
    });
  });
const arbitrary = fc
  .record({
    timeZone: fc.constantFrom(...zones),
    weekly: fc.boolean(),
    time: fc.oneof(fc.nat(24 * 60 - 1), fc.integer({ min: 0, max: 4 * 60 })),
    people: fc.array(fc.constantFrom("ann", "ben", "cid", "eve"), { minLength: 1, maxLength: 5 }),
    overrides: arbitraryOverrides,
  })
  .map(({ timeZone, weekly: isWeekly, time, people, overrides }) => {
    const clock = `${two(Math.floor(time / 60))}:${two(time % 60)}`;
    return rotation(timeZone, isWeekly ? weekly(clock) : daily(clock), { people, overrides });
  });

const seed = Number(process.env.FC_SEED ?? 20261121);

test(`at every instant exactly one person is on, shifts follow each other without a gap, and each turn is as long by the clock (FC_SEED=${seed})`, () => {
  fc.assert(
    fc.property(
      arbitrary,
      fc.nat(365 * 24 * 60),
      fc.integer({ min: 1, max: 15 }),
      (given, minutes, days) => {
        const from = new Date(begin + minutes * minute);
        const shift = shiftAt(given, from);
        expect(shift.from <= from && from < shift.until).toBe(true);

        const next = [...handovers(given, from, new Date(from.getTime() + days * dayLength))];
        for (const [nth, one] of next.entries()) {
          const before = next[nth - 1];
          if (before) expect(one.from).toEqual(before.until);
          expect(one.from < one.until).toBe(true);
          for (const moment of [one.from, new Date(one.until.getTime() - 1)])
            expect(short(shiftAt(given, moment))).toBe(short(one));
        }
        // Without stand-ins each turn begins when clocks show its time, or as much later as they
        // skip.
        const own = { ...given, overrides: [] };
        for (const turn of handovers(own, from, new Date(from.getTime() + days * dayLength))) {
          const time = readClockTime(given.handover.at) ?? 0;
          const midnight =
            Math.floor((wallTimeAt(turn.from, given.timeZone) - time / 2) / dayLength) * dayLength;
          const due = [midnight - dayLength, midnight, midnight + dayLength].map((day) =>
            instantOf(day + time, given.timeZone).getTime(),
          );
          expect(due).toContain(turn.from.getTime());
          const hours = (turn.until.getTime() - turn.from.getTime()) / 3_600_000;
          expect(
            Math.abs(hours - (given.handover.every === "week" ? 168 : 24)),
          ).toBeLessThanOrEqual(2);
        }
      },
    ),
    { seed, numRuns: Number(process.env.FC_RUNS ?? 150) },
  );
});
