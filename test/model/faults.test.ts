// @module-tag proof
/**
 * No silent loss: whatever goes wrong with any one call of any unit, the night ends as without it,
 * or a person is told; and nothing is called done, or not there, that is not. All of it in `npm run
 * prove`; in `npm test` a part.
 */
import { describe, expect, test } from "vitest";
import { loadedUnits } from "../setup/units.ts";
import { atEach, type Case, reportAtEach, scenarios } from "./faults.ts";
import { automationsInMemory, subjectOf } from "./subjects.ts";
import type { Planned } from "./world.ts";

const alone = process.env.NIGHTSHIFT_UNIT !== undefined;
/** The registry's, and a creation, which no unit of it makes. */
const names = alone ? automationsInMemory : [...automationsInMemory, "equipping"];
const cases = names.flatMap((unit) =>
  (Object.keys(scenarios) as (keyof typeof scenarios)[]).map((name): Case => [unit, name]),
);

const all = process.env.FC_RUNS !== undefined;
const oneIn = (many: number) => (_: Planned, number: number) => all || number % many === 0;
/** Every death of a sweep, and of the rest one in so many. */
const deathsAndOneIn =
  (many: number, [, scenario]: Case) =>
  (one: Planned, number: number) =>
    oneIn(many)(one, number) ||
    (scenario === "sweep" && (one.fault === "killed" || one.fault === "killedAfter"));

test.each<Case>(cases)(
  "%s: %s, with anything wrong at any one call",
  { timeout: 900_000 },
  async (...one) => {
    const { wrong, count } = await atEach(one, deathsAndOneIn(31, one));
    expect(wrong).toEqual({});
    expect(count).toBeGreaterThan(10);
  },
);

const late = all ? cases : cases.filter(([unit]) => automationsInMemory.includes(unit));
test.each<Case>(late)(
  "%s: %s, where reads lag by two minutes besides",
  { timeout: 1_800_000 },
  async (...one) => {
    const { wrong, count } = await atEach(one, oneIn(43), true);
    expect(wrong).toEqual({});
    expect(count).toBeGreaterThan(10);
  },
);

const reports = (await loadedUnits()).flatMap((loaded) => {
  if (loaded.kind !== "report" || !loaded.fixture.memory) return [];
  return [[loaded.unit.id, { unit: loaded.unit, ...loaded.fixture.memory }] as const];
});
test.each(reports)(
  "%s: a report, with anything wrong at any one call",
  { timeout: 600_000 },
  async (_, report) => {
    const { wrong, count } = await reportAtEach(report);
    expect(wrong).toEqual({});
    expect(count).toBeGreaterThan(100);
  },
);

describe("the account in memory", () => {
  test("has what each unit's fixture puts there; a unit without that fails on the embedded AWS, in its contract", () => {
    for (const name of automationsInMemory) expect(subjectOf(name).unit.id).toBe(name);
  });
});
