/** The page beside Cloud Custodian says what was measured, and Nightshift changed nothing wrongly. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { comparedCases } from "../tools/compare/cases.ts";
import { type ComparisonRun, comparedPage } from "../tools/compare/page.ts";

const folder = resolve(import.meta.dirname, "..", "docs", "reference");
const read = (file: string): string => readFileSync(resolve(folder, file), "utf8");
const comparison = JSON.parse(read("compared.json")) as ComparisonRun;

test("the page is the one of the figures", () =>
  expect(read("compared.md")).toBe(comparedPage(comparison)));

test("every case was measured", () =>
  expect(comparison.cases.map(({ unit }) => unit)).toEqual(
    comparedCases.map(({ unit }) => unit.id),
  ));

describe("by Nightshift", () => {
  test.each(comparison.cases.map(({ unit, nightshift }) => [unit, nightshift] as const))(
    "%s: all that was to be changed, nothing else, and nothing twice",
    (unit, { right, wrong, again }) => {
      const toChange = comparedCases.find((each) => each.unit.id === unit)?.fixture.wrong ?? [];
      expect([right.toSorted(), wrong, again]).toEqual([toChange.toSorted(), [], []]);
    },
  );
});
