/** The page about performance says what was measured, and nothing else. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { measuredPart } from "../tools/bench/page.ts";
import { type BenchRun, measured, median, notMeasured, tableOf } from "../tools/bench/row.ts";

const docs = resolve(import.meta.dirname, "..", "docs");
const bench = JSON.parse(readFileSync(resolve(docs, "performance.json"), "utf8")) as BenchRun;
const page = readFileSync(resolve(docs, "performance.md"), "utf8");

test("the table on the page is the one that was measured, with its date and machine", () => {
  expect(bench.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(bench.machine).toMatch(/Node\.js v\d+/);
  expect(page).toContain(measuredPart(bench));
});

test("every ratio is that of its figure to its target, and what was not measured says why", () => {
  const wrong = bench.figures.filter(({ figure, ratio, target, note }) => {
    if (figure === null) return ratio !== null || !note;
    return ratio === null || Math.abs(ratio - figure / target) > 0.01 * Math.max(1, ratio);
  });
  expect(wrong).toEqual([]);
});

describe("a figure", () => {
  const target = { what: "load", target: 4, unit: "ms" };
  test("is the median of its samples, with the lowest and the highest", () => {
    expect(measured(target, [9, 1, 2])).toEqual({
      ...target,
      ...{ figure: 2, ratio: 0.5, spread: [1, 9], samples: 3 },
    });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
  test("of one sample has no spread", () => {
    expect(measured(target, [2])).not.toHaveProperty("spread");
  });
  test("that was not measured is no zero", () => {
    const table = tableOf([notMeasured(target, "needs a quiet machine")]);
    expect(table).toContain("| load | 4 ms | not measured |  |  | needs a quiet machine |");
  });
});
