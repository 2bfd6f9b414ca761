import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promises, provenRules } from "../tools/promises/proofs.ts";
import { lying, missing, promisesPage, proofs } from "../tools/promises.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, "..", file), "utf8");

test("every test that docs/promises.md names is there (mend in tools/promises/proofs.ts)", () =>
  expect(missing(proofs())).toEqual([]));

test("docs/promises.md is up to date (mend with `node tools/promises.ts`)", () =>
  expect(lying()).toBe(promisesPage()));

test("a test that is not there is missed, by its title and by its file", () => {
  expect(
    missing([
      ["test/promises.test.ts", "a test that is not there is missed, by its title and by its file"],
    ]),
  ).toEqual([]);
  expect(missing([["test/promises.test.ts", "no such title"]])).toEqual([
    "test/promises.test.ts: no such title",
  ]);
  expect(missing([["test/no-such.test.ts", "x"]])).toEqual(["test/no-such.test.ts: x"]);
});

test("every rule and every promise is on the page, and each says what proves it or that nothing does yet", () => {
  const rules = [...read("docs/rules.md").matchAll(/^- `([a-z-]+)`: /gm)].map(([, name]) => name);
  expect(Object.keys(provenRules)).toEqual(rules);
  expect(rules).toHaveLength(37);
  expect(Object.keys(promises)).toHaveLength(14);
  const empty = [...Object.entries(provenRules), ...Object.entries(promises)].filter(
    ([, { tests, open }]) => !Object.keys(tests).length && !open,
  );
  expect(empty.map(([name]) => name)).toEqual([]);
});

test("every row of the threat model names a test that is there, or says that there is none", () => {
  const rows = read("docs/threat-model.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (-|what )/.test(line));
  expect(rows.length).toBeGreaterThan(30);
  const named = rows.map((row) =>
    [...row.matchAll(/`([\w./-]+\.test\.ts)`: ([^|·]+?)(?= (?:·|\|))/g)].map(
      ([, file = "", title = ""]) => [file, title] as const,
    ),
  );
  expect(missing(named.flat())).toEqual([]);
  expect(rows.filter((row, at) => !named[at]?.length && !row.includes("**not covered**"))).toEqual(
    [],
  );
});

test("rules are named wherever they are meant, and each name is one of docs/rules.md", () => {
  const rules = new Set(Object.keys(provenRules));
  const files = globSync("**/*.{ts,mjs,md}", {
    cwd: join(import.meta.dirname, ".."),
    exclude: [
      "node_modules/**",
      "dist/**",
      ".venv/**",
      ".nightshift/**",
      "cdk.out/**",
      "events/**",
    ],
  });
  const named = files.flatMap((file) =>
    [...read(file).matchAll(/\(rules?:\s([a-z][a-z-]*(?:,\s[a-z][a-z-]*)*)\)/g)].flatMap(
      ([, all = ""]) => all.split(/,\s/).map((name) => [file, name] as const),
    ),
  );
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter(([, name]) => !rules.has(name))).toEqual([]);
  const numbered = files.filter((file) => /rules\.md, ?\d/.test(read(file)));
  expect(numbered).toEqual([]);
});
