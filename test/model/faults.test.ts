/**
 * No silent loss: whatever goes wrong with any one call of any unit, the night ends as without it, or a person is told; and
 * nothing is called done, or not there, that is not.
 */
import { expect, test } from "vitest";
import { atEach, type Case, scenarios } from "./faults.ts";

const units = ["log-retention", "open-ingress", "idle-instances", "equipping"] as const;
const cases = units.flatMap((unit) => (Object.keys(scenarios) as (keyof typeof scenarios)[]).map((name): Case => [unit, name]));

/** All of them in `npm run prove`. */
const every = process.env.FC_RUNS ? 1 : 7;

test.each<Case>(cases)("%s: %s", { timeout: 600_000 }, async (...one) => {
  const { wrong, count } = await atEach(one, (number) => number % every === 0);
  expect(wrong).toEqual({});
  expect(count).toBeGreaterThan(20);
});
