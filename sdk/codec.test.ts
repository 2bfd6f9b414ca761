import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, digest, encode, parse, same, serialise } from "./codec.ts";

/** What SDK calls carry. Numbers without -0, which JSON does not know. */
const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
);
const key = fc.oneof(
  fc.string(),
  fc.constantFrom("$date", "$bytes", "$bigint", "$", "$$date", "__proto__", "constructor", "1"),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value")),
    fc.dictionary(key, tie("value"), { noNullPrototype: true }),
  ),
}));

test("what an SDK call carries comes back as it was, through JSON text", () => {
  fc.assert(
    fc.property(value, (given) => void expect(parse(serialise(given))).toEqual(given)),
    { numRuns: 500 },
  );
});

test("two values have the same digest exactly when they are the same, down to their types", () => {
  const alike = fc.constantFrom(
    1,
    "1",
    1n,
    [1],
    { 1: 1 },
    new Date(1),
    new Date(1).toISOString(),
    { $date: new Date(1).toISOString() },
    new Uint8Array([49]),
    { $bytes: "MQ==" },
    null,
    {},
    [],
  );
  fc.assert(
    fc.property(
      fc.oneof(alike, value),
      fc.oneof(alike, value),
      (a, b) => void expect(same(a, b)).toBe(isDeepStrictEqual(a, b)),
    ),
    { numRuns: 1000 },
  );
});

test("a digest does not depend on the order of keys", () => {
  const entries = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name });
  const shuffled = entries.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(
      shuffled,
      ([a, b]) => void expect(digest(Object.fromEntries(a))).toBe(digest(Object.fromEntries(b))),
    ),
  );
});

describe("by example", () => {
  test.each<[string, unknown, unknown]>([
    ["a field that is undefined is left out", { a: undefined, b: 1 }, { b: 1 }],
    ["keys are sorted", { b: 1, a: [{ d: 1, c: 2 }] }, { a: [{ c: 2, d: 1 }], b: 1 }],
    [
      "a date is a date, not a text",
      { at: new Date("2026-11-21T02:00:00Z") },
      { at: { $date: "2026-11-21T02:00:00.000Z" } },
    ],
    ["bytes are base64", { body: new Uint8Array([0, 255]) }, { body: { $bytes: "AP8=" } }],
    ["a hole in a list is null", { list: [1, undefined] }, { list: [1, null] }],
    ["a key that looks like ours is escaped", { $date: "not ours" }, { $$date: "not ours" }],
  ])("%s", (_, given, encoded) =>
    expect(JSON.stringify(encode(given))).toBe(JSON.stringify(encoded)),
  );

  test("a text that reads like a date stays a text", () =>
    expect(decode(encode("2026-11-21"))).toBe("2026-11-21"));
  test("undefined has a digest of its own: gone is not null", () =>
    expect(same(undefined, null)).toBe(false));
  test.each<[unknown, string]>([
    [Number.NaN, "NaN has no JSON form"],
    [Number.POSITIVE_INFINITY, "Infinity has no JSON form"],
    [() => 1, "a function has no JSON form"],
    [Symbol("x"), "a symbol has no JSON form"],
    [undefined, "a undefined has no JSON form"],
    [new Map([["a", 1]]), "a Map has no JSON form"],
    [new Set([1]), "a Set has no JSON form"],
    [new Date(Number.NaN), "Invalid time value"],
  ])("%o is refused, not silently emptied", (given, why) =>
    expect(() => encode(given)).toThrow(why),
  );
  test.each([{ $date: "2026-11-21T02:00:00.000Z", more: 1 }, { $date: 5 }, { $bytes: null }, {}])(
    "%o, which we never make, is taken as it stands",
    (given) => expect(decode(given)).toEqual(given),
  );
  test("a digest stays what it is from one version to the next: the ledger keeps them", () => {
    expect(digest(undefined)).toBe(
      "eb045d78d273107348b0300c01d29b7552d622abbc6faf81b3ec55359aa9950c",
    );
    expect(digest({ b: [1, "1", 1n, null], a: new Date(0), $c: new Uint8Array([1]) })).toBe(
      "30bdb412a50b454a6b46ac2f685e684794b710afb16b42085a73ee7ee55ec160",
    );
  });
});
