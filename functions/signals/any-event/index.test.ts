import { expect, test } from "vitest";
import { sample, samples } from "../../../events/samples.ts";
import { unwrap } from "../../../ingest/envelope.ts";
import anyEvent from "./index.ts";

type Config = Parameters<typeof anyEvent.tell>[1]["config"];
const tellOf = (
  given: { source?: string; detailType?: string; resources?: readonly string[]; detail: unknown },
  config: Partial<Config> = {},
) => {
  const { source = "my.app", detailType = "Something Happened", resources = [], detail } = given;
  const at = new Date("2026-11-21T02:00:00Z");
  return anyEvent.tell(detail, {
    account: "123456789012",
    region: "eu-central-1",
    now: at,
    at,
    source,
    detailType,
    resources,
    config: anyEvent.config.parse(config),
  });
};
const tell = (path: string, config: Partial<Config> = {}) => {
  const [one] = unwrap(sample(path), "123456789012");
  return one && tellOf(one.event, config);
};

test.each([
  [
    "ec2/instance-state-change",
    "info",
    'aws.ec2 says "EC2 Instance State-change Notification: pending" about instance/i-abcd1111',
  ],
  [
    "open-ingress/authorize-security-group-ingress",
    "info",
    "assumed-role/Developer/ann called aws.ec2 AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718",
  ],
  [
    "open-ingress/modify-security-group-rules",
    "info",
    "assumed-role/Developer/ann called aws.ec2 ModifySecurityGroupRules on sg-0a1b2c3d4e5f60718",
  ],
  [
    "open-ingress/modify-managed-prefix-list",
    "info",
    "assumed-role/Developer/ann called aws.ec2 ModifyManagedPrefixList on pl-0a1b2c3d4e5f60718",
  ],
  [
    "log-retention/create-log-group",
    "info",
    "assumed-role/Developer/ann called aws.logs CreateLogGroup on /aws/lambda/orders",
  ],
  [
    "guardduty/finding",
    "critical",
    'aws.guardduty says "GuardDuty Finding: 198.51.100.0 is performing SSH brute force attacks against i-99999999." about i-99999999',
  ],
  [
    "acm/certificate-approaching-expiration",
    "warning",
    'aws.acm says "ACM Certificate Approaching Expiration: DaysToExpiry 31" about example.com',
  ],
  [
    "health/instance-store-degraded",
    "warning",
    'aws.health says "AWS Health Event: AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED: open" about i-abcd1111 and 1 more',
  ],
  [
    "s3/object-created",
    "info",
    'aws.s3 says "Object Created: PutObject" about amzn-s3-demo-bucket1',
  ],
  [
    "any-event/order-failed",
    "warning",
    'my.app says "Order Failed: failed: card declined" about o-1001',
  ],
])("%s is %s and says what happened, to what", (path, severity, title) =>
  expect(tell(path)).toMatchObject({ severity, title }),
);

test.each(samples)("%s becomes facts that can be read, and closes nothing", (path) => {
  const message = tell(path);
  expect(Object.keys(message?.facts ?? {}).length).toBeGreaterThan(0);
  expect(message?.passing === true).toBe(message?.key !== undefined);
  expect(message).not.toHaveProperty("closes");
});

test("a refused call is a warning and says so", () => {
  expect(
    tellOf({
      source: "aws.iam",
      detailType: "AWS API Call via CloudTrail",
      detail: {
        eventName: "DeleteUser",
        errorCode: "AccessDenied",
        userIdentity: { type: "Root" },
      },
    }),
  ).toMatchObject({
    title: "Root called aws.iam DeleteUser, refused with AccessDenied",
    severity: "warning",
  });
});

test("secrets and what controls a terminal do not pass", () => {
  const message = tellOf({
    source: "my.\u001b[2Japp",
    detail: {
      password: "hunter2",
      note: "line\nDone (9)",
      key: "AKIAIOSFODNN7EXAMPLE",
      "na\u202eme": "x",
    },
  });
  expect(message?.facts).toEqual({
    password: "[redacted]",
    note: "line\\nDone (9)",
    key: "AKIAIOSFODNN7EXAMPLE",
    "na\\u{202e}me": "x",
  });
  expect(message?.title).toContain("my.\\x1b[2Japp");
});

test("a large event is cut, and the rest counted", () => {
  const message = tellOf({
    detail: Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`field${at}`, "x ".repeat(5_000)]),
    ),
  });
  expect(Object.keys(message?.facts ?? {})).toHaveLength(25);
  expect(message?.facts).toMatchObject({ "…": expect.stringMatching(/^\d+ more fields$/) });
  expect(JSON.stringify(message).length).toBeLessThan(20_000);
});

test.each([undefined, null, "text", 7, [], [1, [2]], {}])(
  "a detail of no use is told all the same: %j",
  (detail) => expect(tellOf({ detail })?.title).toBe('my.app says "Something Happened"'),
);

test("settings decide the severity and what is not told", () => {
  const severity: Config["severity"] = [
    { source: "my.app", detailType: "Order Failed", severity: "critical" },
    { source: "my.app", severity: "info" },
  ];
  expect(tell("any-event/order-failed", { severity })?.severity).toBe("critical");
  expect(tellOf({ detail: { status: "failed" } }, { severity })?.severity).toBe("info");
  expect(tell("any-event/order-failed", { ignore: [{ source: "my.app" }] })).toBeUndefined();
});

const job = (change: object, detailType = "Glue Job State Change") =>
  tellOf({
    source: "aws.glue",
    detailType,
    detail: { jobName: "nightly", state: "FAILED", jobRunId: "jr_1", message: "boom", ...change },
  });

test("what goes wrong again with the same thing is one matter, whatever it says of it", () => {
  const first = job({});
  expect(first).toMatchObject({ severity: "warning", passing: true });
  expect(job({ jobRunId: "jr_2", message: "no memory" })?.key).toBe(first?.key);
  expect(job({ state: "TIMEOUT", message: "Job run timed out" })?.key).toBe(first?.key);
});

test("other things, other kinds of events and what is well are none of it", () => {
  const first = job({})?.key;
  expect(job({ jobName: "hourly" })?.key).not.toBe(first);
  expect(job({}, "Glue Crawler State Change")?.key).not.toBe(first);
  expect(job({ state: "SUCCEEDED", message: "Job run succeeded" })?.key).toBeUndefined();
});

test("what of a thing has gone wrong parts matters, where AWS has a name for it", () => {
  const volume = (event: string) =>
    tellOf({
      source: "aws.ec2",
      detailType: "EBS Volume Notification",
      resources: ["arn:aws:ec2:us-east-1:123456789012:volume/vol-1"],
      detail: { event, result: "failed", cause: "the key is disabled" },
    })?.key;
  expect(volume("attachVolume")).not.toBe(volume("reattachVolume"));
});

test("what names nothing, and a text alone, has no matter of its own", () => {
  expect(tellOf({ detail: { status: "failed" } })?.key).toBeUndefined();
  const resources = ["arn:aws:sns:eu-central-1:123456789012:notes"];
  const text = tellOf({ source: "sns", resources, detail: { message: "the disk failed" } });
  expect(text).toMatchObject({ severity: "warning" });
  expect(text?.key).toBeUndefined();
});

test("it is about a table, not the database that holds it", () => {
  const detail = { context: { databaseName: "sales", tableName: "orders" }, state: "FAILED" };
  expect(tellOf({ detail })?.title).toContain("about orders");
});
