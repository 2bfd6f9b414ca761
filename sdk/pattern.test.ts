import { describe, expect, test } from "vitest";
import { embedded } from "../test/setup/aws.ts";
import { createBus } from "../testing/bus.ts";
import { matchesPattern, type Pattern } from "./pattern.ts";

const event = {
  source: "aws.ec2",
  "detail-type": "AWS API Call via CloudTrail",
  detail: {
    eventName: "RunInstances",
    count: 3,
    ok: true,
    no: false,
    zero: 0,
    empty: "",
    nothing: null,
    tags: ["web", "prod"],
    nested: { deep: "yes" },
    items: [{ id: "a" }, { id: "b" }],
  },
};
const detail = (pattern: Pattern): Pattern => ({ detail: pattern });

const cases: readonly [what: string, pattern: Pattern, fits: boolean][] = [
  ["equal", { source: ["aws.ec2"] }, true],
  ["one of several", { source: ["aws.s3", "aws.ec2"] }, true],
  ["none of several", { source: ["aws.s3", "aws.rds"] }, false],
  ["all fields must fit", { source: ["aws.ec2"], "detail-type": ["other"] }, false],
  ["a number is no text", detail({ count: ["3"] }), false],
  ["a number", detail({ count: [3] }), true],
  ["a boolean", detail({ ok: [true] }), true],
  ["null", detail({ nothing: [null] }), true],
  ["null is not absent", detail({ missing: [null] }), false],
  ["any of a list", detail({ tags: ["prod"] }), true],
  ["none of a list", detail({ tags: ["dev"] }), false],
  ["nested", detail({ nested: { deep: ["yes"] } }), true],
  ["nested in what is no object", detail({ eventName: { deep: ["yes"] } }), false],
  ["prefix", detail({ eventName: [{ prefix: "Run" }] }), true],
  ["another prefix", detail({ eventName: [{ prefix: "Stop" }] }), false],
  ["a prefix of a number", detail({ count: [{ prefix: "3" }] }), false],
  ["exists", detail({ eventName: [{ exists: true }] }), true],
  ["exists, although it is false", detail({ no: [{ exists: true }] }), true],
  ["exists, although it is nought", detail({ zero: [{ exists: true }] }), true],
  ["exists, although it is empty", detail({ empty: [{ exists: false }] }), false],
  ["exists, although it is null", detail({ nothing: [{ exists: true }] }), true],
  ["does not exist", detail({ errorCode: [{ exists: false }] }), true],
  ["must not exist, but does", detail({ eventName: [{ exists: false }] }), false],
  ["must exist, but does not", detail({ errorCode: [{ exists: true }] }), false],
  [
    "must not exist within what is not there",
    detail({ gone: { deeper: [{ exists: false }] } }),
    true,
  ],
  ["anything but", detail({ eventName: [{ "anything-but": "StopInstances" }] }), true],
  ["anything but it", detail({ eventName: [{ "anything-but": "RunInstances" }] }), false],
  [
    "anything but these",
    detail({ eventName: [{ "anything-but": ["RunInstances", "StopInstances"] }] }),
    false,
  ],
  ["anything but, of what is not there", detail({ errorCode: [{ "anything-but": "x" }] }), false],
  ["either form", detail({ errorCode: [{ exists: false }, "AccessDenied"] }), true],
];

test.each(cases)("%s", (_, pattern, fits) => expect(matchesPattern(pattern, event)).toBe(fits));

test("the embedded bus says the same", { tags: ["moto"] }, async () => {
  const { endpoint, region, credentials } = await embedded();
  const bus = await createBus({
    endpoint,
    regions: [region],
    credentials,
    listeners: cases.map(([, pattern], at) => ({ unit: `case-${at}`, patterns: [pattern] })),
  });
  await bus.put(event, region);
  const delivered = new Set((await bus.receive(region)).map(({ unit }) => unit));
  bus.close();
  expect(cases.filter((_, at) => delivered.has(`case-${at}`)).map(([what]) => what)).toEqual(
    cases.filter(([, , fits]) => fits).map(([what]) => what),
  );
});

// The embedded bus does not know this; AWS does.
describe("of a list of objects one must fit", () => {
  test.each([
    [{ items: { id: ["b"] } }, true],
    [{ items: { id: ["c"] } }, false],
    [{ tags: { id: ["b"] } }, false],
  ])("%o: %s", (pattern, fits) => expect(matchesPattern(detail(pattern), event)).toBe(fits));
});

test.each([undefined, null, "text", 7, []])("%o is no event, and fits nothing", (given) =>
  expect(matchesPattern({ source: ["aws.ec2"] }, given)).toBe(false),
);
