import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endOfDay, readExemption, tagMap } from "./tags.ts";

describe("the exemption's grammar", () => {
  const until = new Date("2027-01-31T23:59:59.999Z");
  test.each<[string, object]>([
    [
      "until=2027-01-31 owner=ann@example.com reason=audit",
      { until, owner: "ann@example.com", reason: "audit" },
    ],
    [
      "until=2027-01-31 reason=the audit of the year owner=ann@example.com",
      { until, owner: "ann@example.com", reason: "the audit of the year" },
    ],
    [
      "from=idle-instances,log-retention until=2027-01-31",
      { until, from: ["idle-instances", "log-retention"] },
    ],
    ["from=idle-instances,,alarm,", { from: ["idle-instances", "alarm"] }],
    ["", {}],
    ["  until=2027-01-31  ", { until }],
    ["reason=1+1=2 and so on", { reason: "1+1=2 and so on" }],
    ["reason=until further notice", { reason: "until further notice" }],
    ["reason=see not-until=2027-01-31 but later", { reason: "see not-until=2027-01-31 but later" }],
    [
      "  reason=for \t one reason=or another  until=2027-01-31",
      { until, reason: "for one reason=or another" },
    ],
  ])("%o", (text, read) => expect(readExemption(text)).toEqual({ ...read, problems: [] }));

  test.each<[string, string]>([
    ["until=tomorrow", "until=tomorrow is not a day like 2027-01-31"],
    ["until=2027-02-30", "until=2027-02-30 is not a day like 2027-01-31"],
    ["until=2027-1-31", "until=2027-1-31 is not a day like 2027-01-31"],
    ["until=", "until= is not a day like 2027-01-31"],
    ["true", '"true" is not understood'],
    ["until=2027-01-31;owner=ann", "until=2027-01-31;owner=ann is not a day like 2027-01-31"],
    ["untilx", '"untilx" is not understood'],
    ["from", '"from" is not understood'],
    ["reasons=x", '"reasons=x" is not understood'],
    ["Until=2027-01-31", '"Until=2027-01-31" is not understood'],
    ["owner=", '"owner=" is not understood'],
    ["until=2026-11-25 until=2099-01-01", "until is said twice"],
    ["until=2026-11-25 reason=x until=2099-01-01", "until is said twice"],
  ])("%o: %s", (text, problem) => expect(readExemption(text).problems).toEqual([problem]));

  test("whatever somebody writes into a tag, it is read and never throws", () => {
    const words = fc.constantFrom(
      "until=",
      "until=2027-01-31",
      "owner=a",
      "reason=",
      "from=",
      "from=,",
      "=",
      "2027-01-31",
      "\n",
      " ",
      ",",
    );
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 256 }),
      fc.array(words).map((parts) => parts.join(" ")),
      fc.array(words).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const { problems, until } = readExemption(text);
        expect(Array.isArray(problems)).toBe(true);
        if (until) expect(Number.isNaN(until.getTime())).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a day", () => {
  test("ends with its last millisecond, in UTC", () =>
    expect(endOfDay("2024-02-29")).toEqual(new Date("2024-02-29T23:59:59.999Z")));
  test.each([
    "2023-02-29",
    "2027-13-01",
    "2027-00-10",
    "27-01-31",
    "2027-01-31T00:00:00Z",
    " 2027-01-31",
    "+02027-01-31",
    "+010000-01",
  ])("%o is none", (text) => expect(endOfDay(text)).toBeUndefined());
});

test.each<[string, Parameters<typeof tagMap>[0], object | undefined]>([
  ["EC2's list", [{ Key: "a", Value: "1" }, { Key: "b" }], { a: "1", b: "" }],
  ["the list of ECS", [{ key: "a", value: "1" }], { a: "1" }],
  ["a map", { a: "1" }, { a: "1" }],
  ["no tags", [], {}],
  ["what cannot have tags", { untaggable: "IAM knows no tags of it" }, undefined],
  [
    "a tag that happens to be called untaggable",
    { untaggable: "x", other: "y" },
    { untaggable: "x", other: "y" },
  ],
  ["an item without a key", [{ Value: "1" }], {}],
  [
    "a key that objects have themselves",
    [{ Key: "__proto__", Value: "1" }],
    JSON.parse('{"__proto__":"1"}'),
  ],
])("tags in one shape: %s", (_, tags, map) => expect(tagMap(tags)).toEqual(map));
