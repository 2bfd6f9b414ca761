import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readMembers } from "./json-members.ts";

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function taken(text: string, size: number, most = 1000) {
  const found: (readonly [string, unknown])[] = [];
  await readMembers(cut(text, size), {
    wanted: ([first, ...rest]) => {
      if (first === undefined || (first === "in" && !rest.length)) return "enter";
      return first === "in" || first === "one" ? "take" : "pass";
    },
    take: (path, value) => void found.push([path.join("/"), value]),
    most,
  });
  return found;
}

test("members that are wanted are parsed, however the document is cut", async () => {
  const key = fc.oneof(fc.constantFrom("in", "one", "out"), fc.string({ unit: "grapheme" }));
  const document = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue(), { noNullPrototype: true }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 2),
      async (outer, inner, size, space) => {
        const text = JSON.stringify({ ...outer, in: inner }, null, space);
        const { one, in: within } = JSON.parse(text);
        const expected = Object.entries(within).map(([name, value]) => [`in/${name}`, value]);
        const all = await taken(text, size, 1_000_000);
        const names = new Map(all.map(([name, value]) => [name, value]));
        for (const [name, value] of expected) expect(names.get(String(name))).toEqual(value);
        if ("one" in JSON.parse(text)) expect(names.get("one")).toEqual(one);
        expect(all).toHaveLength(expected.length + ("one" in JSON.parse(text) ? 1 : 0));
      },
    ),
    { seed: 20_261_130, numRuns: 300 },
  );
});

test.each([
  ["an empty one", "{}", []],
  ["one with space around", ' \n{ "in" : { } }\t', []],
  ["quotes and braces in strings", '{"out":"}\\"{\\\\","one":"{\\"}"}', [["one", '{"}']]],
  [
    "numbers and words",
    '{"one":-1.5e3,"out":null,"in":{"a":true,"b":[1,{"c":2}]}}',
    [
      ["one", -1500],
      ["in/a", true],
      ["in/b", [1, { c: 2 }]],
    ],
  ],
  ["a list where members were looked for", '{"in":[1,2],"one":1}', [["one", 1]]],
])("%s", async (_, text, expected) => {
  for (const size of [1, 3, 100]) expect(await taken(text, size)).toEqual(expected);
});

test.each([
  ["an error page", "<html><body>no</body></html>", "not JSON"],
  ["nothing", "", "not whole"],
  ["half of it", '{"in":{"a":1', "not whole"],
  ["a string that does not end", '{"one":"abc', "not whole"],
  ["more than one document", "{}{}", "not JSON"],
  ["a value that is none", '{"one":bad}', "not JSON"],
  ["a name without quotes", "{one:1}", "not JSON"],
  ["no colon", '{"one" 1}', "not JSON"],
  ["a member that is too long", `{"one":"${"x".repeat(2000)}"}`, "more than 1000 characters"],
])("%s is refused", async (_, text, says) => {
  for (const size of [1, 7, 5000]) await expect(taken(text, size)).rejects.toThrow(says);
});
