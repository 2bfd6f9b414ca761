import { expect, test } from "vitest";
import type { Pattern } from "../../sdk/pattern.ts";
import { withoutNeedless } from "./entries.ts";

const trail = ["AWS API Call via CloudTrail"];
test.each<[what: string, carried: boolean, patterns: readonly Pattern[]]>([
  ["schedules alone", false, []],
  ["calls of a service, by CloudTrail", false, [{ source: ["aws.s3"], "detail-type": trail }]],
  ["a service that publishes through EventBridge alone", false, [{ source: ["aws.ec2"] }]],
  [
    "an alarm",
    true,
    [{ source: ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"] }],
  ],
  ["one of several", true, [{ source: ["aws.ec2"] }, { source: ["aws.ec2", "aws.rds"] }]],
  ["a prefix", true, [{ source: [{ prefix: "aws." }] }]],
  ["whatever the source", true, [{ "detail-type": ["Budget Notification"] }]],
])("a unit that starts by %s carries the shapes of services: %s", (_what, carried, patterns) => {
  const on = patterns.map((pattern) => ({ kind: "event", pattern }) as const);
  expect(Object.keys(withoutNeedless({ on, readsPast: true })).length === 0).toBe(carried);
});

test("what all units did is read by the units alone that declare it", () => {
  const on = [{ kind: "event", pattern: {} }] as const;
  expect(withoutNeedless({ on, readsPast: true })).toEqual({});
  expect(Object.values(withoutNeedless({ on }))).toEqual([
    expect.stringContaining("{ noPast as pastReader }"),
  ]);
});
