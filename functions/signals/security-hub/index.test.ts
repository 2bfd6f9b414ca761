import { expect, test } from "vitest";
import { sample, samples } from "../../../events/samples.ts";
import { tell } from "../../../test/setup/signal.ts";
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

test("of several findings the gravest decides, and all are named", () => {
  const [finding] = (sample("security-hub/finding").detail as { findings: object[] }).findings;
  const graded = (Id: string, Label: string, more = {}) => ({
    ...finding,
    ...{ Id, Title: `Finding ${Id}`, Severity: { Label }, Resources: [{ Id: `r-${Id}` }] },
    ...more,
  });
  const told = (...findings: object[]) =>
    tell(securityHub, "security-hub/finding", { change: { findings } });
  expect(told(graded("a", "LOW"), graded("b", "CRITICAL"), graded("c", "HIGH"))).toMatchObject({
    severity: "critical",
    title: "Security Hub: Finding b, on r-b (and 2 more)",
    key: "b",
    affected: ["r-b", "r-c", "r-a"],
    facts: { others: "Finding c (HIGH); Finding a (LOW)" },
  });
  const archived = { RecordState: "ARCHIVED" };
  expect(told(graded("a", "CRITICAL", archived), graded("b", "HIGH"))).toMatchObject({
    severity: "warning",
    key: "b",
    closes: false,
  });
  const other = { ProductName: "GuardDuty" };
  expect(told(graded("a", "CRITICAL", other), graded("b", "HIGH"))?.key).toBe("b");
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
    const change = { arn, findingArn: arn };
    const [path = ""] = samples.filter((name) => name.startsWith(`${source.id}/finding`));
    expect(imported?.key).toBe(tell(source, path, { change })?.key);
  },
);
