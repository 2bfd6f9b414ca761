/**
 * What docs/mutation.md says is what was measured, and still about code that is there. The
 * measuring itself is `npm run mutate`.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { areas } from "./areas.ts";
import { explained } from "./explained.ts";
import { figuresFrom, mutationRoot } from "./figures.ts";
import { byFile, mutationPage } from "./page.ts";

const read = (file: string) => readFileSync(join(mutationRoot, file), "utf8");

test("docs/mutation.md is up to date (mend with `node tools/mutation/page.ts`)", () =>
  expect(read("docs/mutation.md")).toBe(mutationPage()));

test("in the guards nothing is broken unnoticed", () => {
  const guards = byFile().filter(([file]) => file.startsWith("engine/guards/"));
  expect(guards.length).toBeGreaterThan(7);
  expect(guards.filter(([, { survived }]) => survived)).toEqual([]);
});

test("of all that was measured at least nine tenths are noticed, or said to be the same", () => {
  const all = byFile().map(([, counts]) => counts);
  const of = (what: "killed" | "explained" | "survived") =>
    all.reduce((sum, counts) => sum + counts[what], 0);
  expect(
    (of("killed") + of("explained")) / (of("killed") + of("explained") + of("survived")),
  ).toBeGreaterThan(0.9);
});

describe("what cannot be noticed", () => {
  test.each(explained.map((one) => [one.file, one] as const))(
    "%s still reads as it did",
    (file, { code }) => {
      expect(existsSync(join(mutationRoot, file))).toBe(true);
      expect(read(file).replace(/\s+/g, " ")).toContain(code);
    },
  );
  test("is explained once, in a file that was measured", () => {
    const files = new Set(byFile().map(([file]) => file));
    expect(explained.filter(({ file }) => !files.has(file))).toEqual([]);
    const said = explained.map(({ file, code, instead }) => `${file}: ${code} -> ${instead}`);
    expect(said.filter((one, at) => said.indexOf(one) !== at)).toEqual([]);
  });
});

test("every file that was measured is still there, and belongs to one area", () => {
  const lost = byFile().filter(([file]) => !existsSync(join(mutationRoot, file)));
  expect(lost).toEqual([]);
  const files = byFile().map(([file]) => file);
  expect(files.filter((file, at) => files.indexOf(file) !== at)).toEqual([]);
});

test("every area has code and tests", () => {
  for (const [name, { mutate, tests }] of Object.entries(areas))
    for (const pattern of [...mutate.filter((one) => !one.startsWith("!")), ...tests])
      expect(globSync(pattern, { cwd: mutationRoot }), `${name}: ${pattern}`).not.toEqual([]);
});

test("a mutant counts as noticed when a test failed or never ended, and what is left out counts as nothing", () => {
  const at = { start: { line: 1, column: 5 }, end: { line: 2, column: 2 } };
  const mutants = ["Killed", "Timeout", "Survived", "NoCoverage", "Ignored", "CompileError"].map(
    (status) => ({ status, replacement: "{ }", location: at }),
  );
  const { one } = figuresFrom(
    "one",
    { files: { "a.ts": { source: "if (x\n) y", mutants } } },
    new Date("2026-11-21T02:00:00Z"),
  );
  expect(one).toMatchObject({
    on: "2026-11-21",
    files: { "a.ts": { killed: 2, survived: 2 } },
    survivors: [
      { file: "a.ts", line: 1, code: "x )", instead: "{ }" },
      { file: "a.ts", line: 1, code: "x )", instead: "{ }" },
    ],
  });
});
