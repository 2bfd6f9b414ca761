import { describe, expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import health from "./index.ts";

test.each([
  [
    "health/abuse",
    "critical",
    "AWS has a report of abuse: dos report, for instance/i-0abcd1234efgh5678",
    "arn:aws:health:global::event/ABUSE/AWS_ABUSE_DOS_REPORT/AWS_ABUSE_DOS_REPORT_921387_abc",
    "no",
  ],
  [
    "health/instance-retirement",
    "warning",
    "AWS has scheduled for EC2: persistent instance retirement, for i-0abcd1234efgh5678, from Sat, 05 Dec 2026 15:05:00 GMT",
    "arn:aws:health:us-west-2::event/EC2/AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED/AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED_a1b2",
    "no",
  ],
  [
    "health/instance-store-degraded",
    "warning",
    "AWS has an issue with EC2: instance store drive performance degraded, for i-abcd1111 and i-abcd2222",
    "arn:aws:health:us-west-2::event/AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED_90353408594353980",
    "no",
  ],
  [
    "health/operational-issue",
    "critical",
    "AWS has an issue with LAMBDA: operational issue",
    "arn:aws:health:us-east-1::event/LAMBDA/AWS_LAMBDA_OPERATIONAL_ISSUE/AWS_LAMBDA_OPERATIONAL_ISSUE_90353408594353983",
    "no",
  ],
  [
    "health/operational-issue-closed",
    "info",
    "Over: AWS has an issue with LAMBDA: operational issue",
    "arn:aws:health:us-east-1::event/LAMBDA/AWS_LAMBDA_OPERATIONAL_ISSUE/AWS_LAMBDA_OPERATIONAL_ISSUE_90353408594353983",
    "yes",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(health, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(health, "health/abuse")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/health/home#/account/event-log?eventID=arn%3Aaws%3Ahealth%3Aglobal%3A%3Aevent%2FABUSE%2FAWS_ABUSE_DOS_REPORT%2FAWS_ABUSE_DOS_REPORT_921387_abc&eventTab=details",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(health, "health/abuse", { config: { ignore: ["AWS_ABUSE_*"] } })).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(health, "health/instance-retirement", { config: { critical: ["AWS_EC2_*"] } })?.severity,
  ).toBe("critical"));

test("the facts are what AWS says, when, and whom it concerns", () =>
  expect(tell(health, "health/operational-issue")?.facts).toEqual({
    event: "AWS_LAMBDA_OPERATIONAL_ISSUE",
    status: "open",
    begins: "Fri, 20 Nov 2026 20:50:00 GMT",
    region: "us-east-1",
    concerns: "everybody in the region",
    "AWS says": "Increased error rates and latencies of invocations.",
  }));

test("tags of what is affected are told: routes go by them", () =>
  expect(tell(health, "health/instance-store-degraded")?.tags).toEqual({
    stage: ["prod"],
    app: ["my-app"],
  }));

test("exposed credentials are told with the key that is needed to do something about it", () => {
  const change = {
    service: "RISK",
    eventTypeCode: "AWS_RISK_CREDENTIALS_EXPOSED",
    eventTypeCategory: "issue",
    affectedEntities: [{ entityValue: "AKIAIOSFODNN7EXAMPLE" }],
  };
  expect(tell(health, "health/operational-issue", { change })).toMatchObject({
    severity: "critical",
    title: "AWS warns of a risk to the account: credentials exposed, for AKIAIOSFODNN7EXAMPLE",
  });
});

test("a volume that AWS has lost is critical", () =>
  expect(
    tell(health, "health/operational-issue", {
      change: { service: "EBS", eventTypeCode: "AWS_EBS_VOLUME_LOST" },
    })?.severity,
  ).toBe("critical"));

test("an event that comes from its region and from the backup region is one", () => {
  const there = tell(health, "health/operational-issue");
  const backup = tell(health, "health/operational-issue", { region: "us-west-2" });
  expect(backup).toEqual(there);
  expect(there?.region).toBe("us-east-1");
});

test("the account that it is about is told, where it is another", () => {
  const change = { affectedAccount: "222222222222" };
  expect(tell(health, "health/operational-issue", { change })).toMatchObject({
    title: "AWS has an issue with LAMBDA: operational issue, in the account 222222222222",
    facts: { account: "222222222222" },
  });
});

describe("that an event is over", () => {
  const arn =
    "arn:aws:health:us-east-1::event/LAMBDA/AWS_LAMBDA_OPERATIONAL_ISSUE/AWS_LAMBDA_OPERATIONAL_ISSUE_90353408594353983";
  const ask = (answer: object | undefined, change = {}) =>
    over(
      health,
      "health/operational-issue-closed",
      { "health:DescribeEvents": answer },
      { change },
    );
  test("AWS Health says if it is asked", async () => {
    expect(await ask({ events: [{ arn, statusCode: "closed" }] })).toEqual({
      over: true,
      asked: [
        {
          operation: "health:DescribeEvents",
          kind: "read",
          input: { filter: { eventArns: [arn] } },
        },
      ],
    });
    expect((await ask({ events: [{ arn, statusCode: "open" }] })).over).toBe(false);
  });
  test("is not known of an event that AWS Health does not know", async () =>
    await expect(ask({ events: [] })).rejects.toThrow("does not know the event"));
  test("cannot be read without a support plan, which is said", async () =>
    expect((await ask(undefined)).over).toEqual({
      unread: "the account's support plan has no API of AWS Health",
    }));
  test("cannot be read of another account's, which is said, and nothing is asked", async () => {
    const { over: isOver, asked } = await ask({ events: [] }, { affectedAccount: "222222222222" });
    expect(isOver).toMatchObject({ unread: expect.stringContaining("other accounts") });
    expect(asked).toEqual([]);
  });
  test("has no state where the event has no ARN", async () =>
    expect((await ask({}, { eventArn: undefined })).over).toBe("no state"));
});
