/** What zod is without in a bundle changes nothing of what is parsed. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import * as whole from "zod/mini";
import { packageFile } from "../io/paths.ts";
import { foundIn } from "./lean-zod.ts";
import { pack } from "./pack.ts";

type Zod = typeof whole;
let lean: Zod;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-lean-zod-"));
  await pack(folder, { source: 'export * from "zod/mini";', settings: {} });
  lean = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as Zod;
}, 600_000);

test("each change is found: another version may have other words", () => {
  const code = readFileSync(packageFile("node_modules/zod/v4/core/schemas.js"), "utf8");
  expect(foundIn(code).map((times) => times > 0)).not.toContain(false);
});

const values: readonly unknown[] = [
  ...[undefined, null, true, false, 0, 7, -1.5, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 70n],
  ...["", "a", "abcdef", "2026-11-21", "7", [], [1], ["a", "b", "c", "d"], [["a"]], [undefined]],
  ...[{}, { a: 1 }, { a: "x" }, { a: "x", b: 2 }, { a: "x", b: 2, c: [] }, { kind: "x", n: 1 }],
  ...[{ kind: "y", t: "a" }, { kind: "z" }, { a: { a: "x" } }, { b: null }, new Date(0), () => 1],
  new Map([["a", "b"]]),
  new Set(["a"]),
  JSON.parse('{"__proto__":{"a":1},"a":"x"}'),
];

const forms: readonly (readonly [what: string, of: (z: Zod) => whole.ZodMiniType])[] = [
  ["a string", (z) => z.string()],
  ["a string with checks", (z) => z.string().check(z.minLength(2), z.regex(/^[a-z]+$/))],
  ["a number", (z) => z.number()],
  ["a number with checks", (z) => z.int().check(z.positive(), z.maximum(10))],
  ["a date", (z) => z.date()],
  ["a list", (z) => z.array(z.string()).check(z.maxLength(3))],
  ["a list of lists", (z) => z.array(z.array(z.string()))],
  ["a tuple", (z) => z.tuple([z.string(), z.string()], z.string())],
  ["an object", (z) => z.object({ a: z.string(), b: z.optional(z.number()) })],
  ["a strict object", (z) => z.strictObject({ a: z.string(), b: z.optional(z.number()) })],
  ["a loose object", (z) => z.looseObject({ a: z.string() })],
  ["an object with the rest", (z) => z.catchall(z.object({ a: z.string() }), z.number())],
  ["an object in an object", (z) => z.object({ a: z.object({ a: z.string() }) })],
  ["defaults", (z) => z.object({ a: z._default(z.string(), "d"), b: z.prefault(z.number(), 1) })],
  ["what may be missing", (z) => z.object({ a: z.nullish(z.string()), b: z.nullable(z.number()) })],
  ["one of several", (z) => z.union([z.string(), z.number(), z.object({ a: z.string() })])],
  [
    "one of several by a member",
    (z) =>
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("x"), n: z.number() }),
        z.object({ kind: z.literal("y"), t: z.string() }),
      ]),
  ],
  ["both of two", (z) => z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() }))],
  ["a record", (z) => z.record(z.string(), z.union([z.string(), z.number()]))],
  ["a record of known names", (z) => z.partialRecord(z.enum(["a", "b"]), z.unknown())],
  ["a map and a set", (z) => z.union([z.map(z.string(), z.string()), z.set(z.string())])],
  ["a choice", (z) => z.enum(["a", "abcdef", "7"])],
  ["what is never there", (z) => z.optional(z.never())],
  ["what is caught", (z) => z.catch(z.string(), "caught")],
  [
    "what is changed",
    (z) =>
      z.pipe(
        z.string(),
        z.transform((text) => text.length),
      ),
  ],
  ["what is made of anything", (z) => z.coerce.number()],
  ["what is looked at", (z) => z.string().check(z.refine((text) => text !== "a", "not a"))],
  ["what is made read-only", (z) => z.readonly(z.array(z.string()))],
  ["what comes later", (z) => z.lazy(() => z.array(z.string()))],
];

/** A value, or what is wrong with it in zod's words. */
const parsed = (schema: whole.ZodMiniType, value: unknown): unknown => {
  try {
    const { success, data, error } = schema.safeParse(value);
    return success ? { data } : { issues: error?.issues };
  } catch (thrown) {
    return { thrown: String(thrown) };
  }
};

describe("a bundle parses as zod does", () => {
  test.each(forms)("%s", (what, form) => {
    const [ours, theirs] = [form(lean), form(whole)];
    const outcomes = (schema: whole.ZodMiniType) => values.map((value) => parsed(schema, value));
    expect(outcomes(ours)).toEqual(outcomes(theirs));
    // Some fit and some do not: else nothing would be compared.
    const kinds = new Set(outcomes(theirs).map((outcome) => Object.keys(outcome as object)[0]));
    expect(kinds.size).toBe(what === "what is caught" ? 1 : 2);
  });
});

describe("what would have to be waited for is refused", () => {
  const later = async () => true;
  test.each<[what: string, of: (z: Zod) => whole.ZodMiniType]>([
    ["a check", (z) => z.string().check(z.refine(later))],
    ["a check inside", (z) => z.object({ a: z.array(z.string().check(z.refine(later))) })],
    ["a transformation", (z) => z.pipe(z.string(), z.transform(later))],
  ])("%s", async (_what, form) => {
    for (const value of ["a", { a: ["b"] }]) {
      const both = [form(lean), form(whole)].map((schema) => parsed(schema, value));
      expect(both[0]).toEqual(both[1]);
    }
    const value = _what === "a check inside" ? { a: ["b"] } : "a";
    expect(parsed(form(lean), value)).toHaveProperty("thrown");
    await expect(form(lean).parseAsync(value)).rejects.toThrow("Promise");
  });
});
