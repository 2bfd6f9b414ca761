import { describe, expect, test } from "vitest";
import type { ParsedRotation } from "../settings/on-call.ts";
import { moveAtOnce, rotationMoves } from "./moves.ts";

const rotation = (given: Partial<ParsedRotation> = {}): ParsedRotation => ({
  people: ["ann", "ben", "cid"],
  from: "2026-11-02",
  handover: { every: "week", on: "monday", at: "09:00" },
  timeZone: "Europe/Berlin",
  changes: [],
  overrides: [],
  ...given,
});
const people = { ann: { name: "Ann Example" }, ben: {}, cid: {}, dora: {} };
/** By which it would be ann on that Thursday. */
const daily = { from: "2026-11-01", handover: { every: "day" as const, at: "09:00" } };
/** A Thursday in cid's week; ann is next, on Monday 23 November. */
const thursday = new Date("2026-11-19T12:00:00Z");
const told = (
  deployed: Partial<ParsedRotation>,
  wanted: Partial<ParsedRotation> | undefined,
  at = thursday,
) =>
  rotationMoves(
    { primary: rotation(deployed) },
    wanted ? { primary: rotation(wanted) } : {},
    at,
  ).map((move) => moveAtOnce(move, people, at));

describe("who is on now", () => {
  test("moves when somebody is added to the list, and what keeps it is written out", () => {
    expect(told({}, { people: ["ann", "ben", "cid", "dora", "ben"] })).toEqual([]);
    expect(told({}, { people: ["dora", "ann", "ben", "cid"] })).toEqual([
      {
        what: "rotation primary: on now is cid; with these settings it would be ben from now on",
        remedy:
          'To keep cid until the hand-over on 2026-11-23 09:00 CET, write people: ["ann", "ben", "cid"], changes: [{ from: "2026-11-23", people: ["ann", "ben", "cid", "dora"] }].',
        confirm: true,
      },
    ]);
  });

  test("stays by what the remedy says, at every instant until the hand-over", () => {
    const changes = [{ from: "2026-11-23", people: ["ann", "ben", "cid", "dora"] }];
    for (const at of ["2026-11-16T08:00:00Z", "2026-11-19T12:00:00Z", "2026-11-23T07:59:59Z"])
      expect(told({}, { changes }, new Date(at))).toEqual([]);
  });

  test("moves when whoever is on is taken out, and when the hand-over is", () => {
    expect(told({}, { people: ["ann", "ben"] })).toMatchObject([{ confirm: true }]);
    const [moved] = told({}, daily);
    expect(moved?.what).toBe(
      "rotation primary: on now is cid; with these settings it would be Ann Example (ann) from now on",
    );
    expect(moved?.remedy).toContain(
      'add to overrides: { from: "2026-11-19T13:00", until: "2026-11-23T09:00", person: "cid" }.',
    );
    const overrides = [{ from: "2026-11-19T13:00", until: "2026-11-23T09:00", person: "cid" }];
    expect(told({}, { ...daily, overrides })).toEqual([]);
  });

  test("keeps the earlier changes in the remedy, and begins a later list with who is next", () => {
    const changes = [{ from: "2026-11-16", people: ["dora", "ann"] }];
    const [moved] = told(
      { changes },
      { changes: [{ from: "2026-11-16", people: ["ben", "ann"] }] },
    );
    expect(moved?.what).toContain("on now is dora; with these settings it would be ben");
    expect(moved?.remedy).toContain(
      'changes: [{ from: "2026-11-16", people: ["dora", "ann"] }, { from: "2026-11-23", people: ["ann", "ben"] }]',
    );
  });

  test("keeps what the settings change later, and says who must stay in `people`", () => {
    const later = [{ from: "2026-12-07", people: ["cid"] }];
    const given = { people: ["eve", "ann"] };
    const [moved] = told(given, { people: ["ann", "ben", "dora"], changes: later });
    expect(moved?.remedy).toBe(
      'To keep eve until the hand-over on 2026-11-23 09:00 CET, write people: ["eve", "ann"], changes: [{ from: "2026-11-23", people: ["ann", "ben", "dora"] }, { from: "2026-12-07", people: ["cid"] }], with eve still in `people` of the settings.',
    );
  });

  test("before the first hand-over, where no change can be, an override keeps it", () => {
    const [moved] = told({}, { people: ["ann", "dora"] }, new Date("2026-10-29T12:00:00Z"));
    expect(moved?.remedy).toContain(
      'add to overrides: { from: "2026-10-29T13:00", until: "2026-11-02T09:00", person: "cid" }.',
    );
  });

  test("moves when the rotation is gone; a new one moves nobody", () => {
    expect(told({}, undefined)).toMatchObject([
      {
        what: "rotation primary: on now is cid; these settings have no such rotation, so nobody of it would be on",
        confirm: true,
      },
    ]);
    expect(rotationMoves({}, { primary: rotation() }, thursday)).toEqual([]);
  });

  test("moves by an override alone: told, and nobody has to agree", () => {
    const overrides = [{ from: "2026-11-19T09:00", until: "2026-11-20T09:00", person: "dora" }];
    expect(told({}, { overrides })).toMatchObject([
      {
        what: "rotation primary: on now is cid; with these settings it would be dora from now on",
        confirm: false,
      },
    ]);
  });

  test("the turn beneath a stand-in moves too", () => {
    const overrides = [{ from: "2026-11-19T09:00", until: "2026-11-20T09:00", person: "dora" }];
    expect(told({ overrides }, { people: ["ann", "ben"], overrides })).toMatchObject([
      {
        what: "rotation primary: on now is dora instead of cid; with these settings it would be instead of Ann Example (ann), whose turn it would be from now on",
        confirm: true,
      },
    ]);
  });
});
