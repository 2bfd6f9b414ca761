/**
 * No silent loss: whatever goes wrong with any one call of any unit, the night ends as without it, or a person is told; and
 * nothing is called done, or not there, that is not.
 */
import { expect, test } from "vitest";
import { atEach, type Case, reportAtEach, scenarios } from "./faults.ts";
import type { Planned } from "./world.ts";

const units = ["log-retention", "open-ingress", "idle-instances", "equipping"] as const;
const cases = units.flatMap((unit) => (Object.keys(scenarios) as (keyof typeof scenarios)[]).map((name): Case => [unit, name]));

/** All of them in `npm run prove`; in `npm test` each death of a sweep, and of the rest one in so many. */
const all = process.env.FC_RUNS !== undefined;
const oneIn =
  (many: number, [, scenario]: Case) =>
  ({ fault, lasts }: Planned, number: number) =>
    all || number % many === 0 || (scenario === "sweep" && !lasts && (fault === "killed" || fault === "killedAfter"));

test.each<Case>(cases)("%s: %s, with anything wrong at any one call", { timeout: 900_000 }, async (...one) => {
  const { wrong, count } = await atEach(one, oneIn(17, one));
  expect(wrong).toEqual({});
  expect(count).toBeGreaterThan(30);
});

test.each<Case>(cases)("%s: %s, where reads lag by two minutes besides", { timeout: 900_000 }, async (...one) => {
  expect((await atEach(one, oneIn(53, one), true)).wrong).toEqual({});
});

test("cost-report: a sweep, with anything wrong at any one call", async () => {
  const { wrong, count } = await reportAtEach();
  expect(wrong).toEqual({});
  expect(count).toBeGreaterThan(100);
});
