import { describe, expect, test } from "vitest";
import { sample, samples } from "../../../events/samples.ts";
import { over, tell, tellEach } from "../../../test/setup/signal.ts";
import accessAnalyzer from "../access-analyzer/index.ts";
import configRules from "../config-rules/index.ts";
import guardduty from "../guardduty/index.ts";
import inspector from "../inspector/index.ts";
import securityHub from "./index.ts";

test.each([
  [
    "security-hub/finding",
    "warning",
    "Security Hub: S3 general purpose buckets should block public access, on amzn-s3-demo-bucket1",
    "arn:aws:securityhub:us-west-2:123456789012:security-control/S3.8/finding/5d4c1a7e-1111-4222-8333-9a8b7c6d5e4f",
    "no",
  ],
  [
    "security-hub/finding-resolved",
    "info",
    "Security Hub: resolved: S3 general purpose buckets should block public access, on amzn-s3-demo-bucket1",
    "arn:aws:securityhub:us-west-2:123456789012:security-control/S3.8/finding/5d4c1a7e-1111-4222-8333-9a8b7c6d5e4f",
    "quietly",
  ],
  [
    "security-hub/finding-v2",
    "critical",
    "Security Hub: Security groups should not allow unrestricted access to ports with high risk, on security-group/sg-0a1b2c3d4e5f60718",
    "e51603d1054aad9d9f498d82d6e81acf4cf6bc88140e8ad2273123c73b81084",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(securityHub, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(securityHub, "security-hub/finding")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/securityhub/home?region=us-west-2#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253Aarn%3Aaws%3Asecurityhub%3Aus-west-2%3A123456789012%3Asecurity-control%2FS3.8%2Ffinding%2F5d4c1a7e-1111-4222-8333-9a8b7c6d5e4f",
  ));

test("what has passed all along is not told, nor what is not severe, nor what another signal tells", () => {
  const [finding] = (sample("security-hub/finding").detail as { findings: object[] }).findings;
  const told = (change: object, config = {}) =>
    tell(securityHub, "security-hub/finding", {
      change: { findings: [{ ...finding, ...change }] },
      config,
    });
  expect(
    told({ Compliance: { Status: "PASSED" }, Workflow: { Status: "RESOLVED" } }),
  ).toBeUndefined();
  expect(told({ Severity: { Label: "MEDIUM" } })).toBeUndefined();
  expect(told({ Severity: { Label: "MEDIUM" } }, { atLeast: "info" })?.severity).toBe("info");
  expect(told({ ProductName: "GuardDuty" })).toBeUndefined();
  expect(told({ ProductName: "GuardDuty" }, { except: [] })?.severity).toBe("warning");
  expect(told({ RecordState: "ARCHIVED" })).toMatchObject({ closes: true, severity: "info" });
});

const { findings: sampled } = sample("security-hub/finding").detail as { findings: object[] };
const graded = (Id: string, Label: string, more = {}) => ({
  ...sampled[0],
  ...{ Id, Title: `Finding ${Id}`, Severity: { Label }, Resources: [{ Id: `r-${Id}` }] },
  ...more,
});
const archived = { RecordState: "ARCHIVED" };

describe("of several findings in one event", () => {
  const told = (...findings: object[]) =>
    tellEach(securityHub, "security-hub/finding", { change: { findings } });
  test("each is told by itself, with its own severity and key", () =>
    expect(
      told(graded("a", "LOW"), graded("b", "CRITICAL"), graded("c", "HIGH")).map(
        ({ key, severity, title, affected }) => [key, severity, title, affected],
      ),
    ).toEqual([
      ["b", "critical", "Security Hub: Finding b, on r-b", ["r-b"]],
      ["c", "warning", "Security Hub: Finding c, on r-c", ["r-c"]],
    ]));
  test("each end ends its own, whatever else the event speaks of", () =>
    expect(
      told(
        graded("a", "CRITICAL", archived),
        graded("b", "HIGH"),
        graded("c", "LOW", archived),
      ).map(({ key, closes }) => [key, closes]),
    ).toEqual([
      ["a", true],
      ["b", false],
      ["c", true],
    ]));
  test("those of other products are left to their own signals", () =>
    expect(
      told(graded("a", "CRITICAL", { ProductName: "GuardDuty" }), graded("b", "HIGH")).map(
        ({ key }) => key,
      ),
    ).toEqual(["b"]));
});

describe("that a finding is over", () => {
  const change = { findings: [graded("a", "HIGH", archived), graded("b", "HIGH", archived)] };
  const ask = (Findings: object[], key = "b") =>
    over(
      securityHub,
      "security-hub/finding",
      { "securityhub:GetFindings": { Findings } },
      { change, key },
    );
  test("is read of that finding", async () => {
    expect(await ask([graded("b", "HIGH", archived)])).toEqual({
      over: true,
      asked: [
        {
          operation: "securityhub:GetFindings",
          kind: "read",
          input: { Filters: { Id: [{ Value: "b", Comparison: "EQUALS" }] } },
        },
      ],
    });
    expect((await ask([graded("b", "HIGH")])).over).toBe(false);
    expect((await ask([graded("b", "HIGH", archived), graded("b", "HIGH")])).over).toBe(false);
    expect((await ask([graded("b", "HIGH", { Workflow: { Status: "RESOLVED" } })])).over).toBe(
      true,
    );
  });
  test("is not known where it is gone, or is none of the event's", async () => {
    await expect(ask([])).rejects.toThrow("no such finding any more");
    await expect(ask([], "c")).rejects.toThrow("names no finding");
  });
  test("is read in the format that it came in", async () => {
    const [finding] = (sample("security-hub/finding-v2").detail as { findings: object[] }).findings;
    const uid = "e51603d1054aad9d9f498d82d6e81acf4cf6bc88140e8ad2273123c73b81084";
    const closed = { ...finding, activity_name: "Close" };
    const { over: isOver, asked } = await over(
      securityHub,
      "security-hub/finding-v2",
      { "securityhub:GetFindingsV2": { Findings: [closed] } },
      { change: { findings: [closed] } },
    );
    expect(isOver).toBe(true);
    expect(JSON.stringify(asked[0]?.input)).toContain(`"Value":"${uid}"`);
  });
});

describe("a copy of what another service found has the key of that service's own event", () => {
  const copy = (finding: object) =>
    tell(securityHub, "security-hub/finding", {
      change: { findings: [{ ...sampled[0], ...finding }] },
      config: { except: [] },
    })?.key;
  test("of AWS Config", () =>
    expect(
      copy({
        ProductName: "Config",
        Id: "arn:aws:config:us-west-2:123456789012:config-rule/config-rule-a/finding/45g0",
        ProductFields: { "aws/config/ConfigRuleName": "s3-bucket-versioning-enabled" },
        Resources: [{ Id: "arn:aws:s3:::amzn-s3-demo-bucket1", Type: "AwsS3Bucket" }],
      }),
    ).toBe(tell(configRules, "config-rules/non-compliant")?.key));
  test("of Access Analyzer", () =>
    expect(
      copy({
        ProductName: "IAM Access Analyzer",
        Id: "arn:aws:access-analyzer:us-west-2:123456789012:analyzer/a/arn:aws:s3:::b",
        Resources: [
          {
            Id: "arn:aws:s3:::amzn-s3-demo-bucket1",
            Type: "AwsS3Bucket",
            Details: {
              Other: {
                "External Principal": "*",
                "Action Granted": "s3:GetObject",
                Condition: "none",
              },
            },
          },
        ],
      }),
    ).toBe(tell(accessAnalyzer, "access-analyzer/public-bucket")?.key));
});

test.each([
  ["GuardDuty", "arn:aws:guardduty:us-west-2:123456789012:detector/d/finding/f", guardduty],
  ["Inspector", "arn:aws:inspector2:us-west-2:123456789012:finding/f", inspector],
])(
  "a finding of %s is one matter, told by Security Hub or by its source",
  (product, arn, source) => {
    const [finding] = (sample("security-hub/finding").detail as { findings: object[] }).findings;
    const imported = tell(securityHub, "security-hub/finding", {
      change: { findings: [{ ...finding, ProductName: product, Id: arn }] },
      config: { except: [] },
    });
    const change = { id: "f", arn, findingArn: arn };
    const [path = ""] = samples.filter((name) => name.startsWith(`${source.id}/finding`));
    expect(imported?.key).toBe(tell(source, path, { change })?.key);
  },
);

const control = {
  RecordState: "ACTIVE",
  Workflow: { Status: "NEW" },
  Compliance: { Status: "FAILED" },
  ProductFields: {
    "RelatedAWSResources:0/type": "AWS::Config::ConfigRule",
    "RelatedAWSResources:0/name": "securityhub-s3-bucket-level-public-access-prohibited-1a2b3c",
  },
  Resources: [{ Type: "AwsS3Bucket", Id: "arn:aws:s3:::orders" }],
};
const hubFinding = (change: object, detailType?: string) => {
  const [finding] = (sample("security-hub/finding").detail as { findings: object[] }).findings;
  return tell(securityHub, "security-hub/finding", {
    change: { findings: [{ ...finding, Severity: { Label: "HIGH" }, ...control, ...change }] },
    ...(detailType !== undefined && { detailType }),
  });
};

test("a control and the rule of AWS Config that Security Hub has made for it are one matter", () => {
  const breach = tell(configRules, "config-rules/non-compliant", {
    change: {
      configRuleName: control.ProductFields["RelatedAWSResources:0/name"],
      resourceType: "AWS::S3::Bucket",
      resourceId: "orders",
    },
  });
  expect(hubFinding({})?.key).toBe(breach?.key);
});

test("a finding of which its owner is notified is not told again, but when it is over", () => {
  const Workflow = { Status: "NOTIFIED" };
  expect(hubFinding({ Workflow })).toBeUndefined();
  expect(hubFinding({ Workflow, RecordState: "ARCHIVED" })?.closes).toBe(true);
});

test("what somebody sends from the console is told, whichever product has found it", () => {
  const chosen = { ProductName: "GuardDuty", Workflow: { Status: "NOTIFIED" } };
  expect(hubFinding(chosen, "Security Hub Findings - Custom Action")).toMatchObject({
    severity: "warning",
    title: hubFinding({})?.title,
  });
});
