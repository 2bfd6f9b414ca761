/** docs/assurance.md says what was counted. The counting itself is `npm run assurance`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { assuranceFigures } from "./figures.ts";
import { assurancePage } from "./page.ts";

test("docs/assurance.md is up to date (mend with `node tools/assurance/page.ts`)", () =>
  expect(readFileSync(join(import.meta.dirname, "../../docs/assurance.md"), "utf8")).toBe(
    assurancePage(),
  ));

describe("what was counted", () => {
  const figures = Object.entries(assuranceFigures());

  test("is of every kind of death, and of retention", () =>
    expect(figures.map(([name]) => name)).toEqual([
      "a renewal dies after a request to AWS",
      "a renewal dies after a request to the directory",
      "a renewal dies after a request to the ledger",
      "a renewal dies before a request to AWS",
      "a renewal dies before a request to the directory",
      "a renewal dies before a request to the ledger",
      "nights of retention",
    ]));

  test.each(figures)("%s: nothing was left, and no key was seen", (_, { tried, orphans, keys }) => {
    expect(tried).toBeGreaterThan(5);
    expect([orphans ?? 0, keys ?? 0]).toEqual([0, 0]);
  });

  test("more of the page than there is to count is no more than the sum", () => {
    const one = { on: "2026-11-30", tried: 3, orphans: 1, keys: 2, abandoned: 0 };
    const page = assurancePage({ a: one, b: one, "nights of retention": { ...one, tried: 730 } });
    expect(page).toContain("| crash points tried in a renewal | 6 |");
    expect(page).toContain("| records left in a zone, or taken from others | 2 |");
    expect(page).toContain("| private keys seen outside Secrets Manager | 4 |");
    expect(page).toContain("| years of retention simulated | 2 |");
  });
});
