import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import configRules from "./index.ts";

test.each([
  [
    "config-rules/compliant",
    "info",
    "amzn-s3-demo-bucket1 no longer breaks the Config rule s3-bucket-versioning-enabled",
    "config-rule/s3-bucket-versioning-enabled/awss3bucket/amzn-s3-demo-bucket1",
    "quietly",
  ],
  [
    "config-rules/non-compliant",
    "warning",
    "amzn-s3-demo-bucket1 breaks the Config rule s3-bucket-versioning-enabled",
    "config-rule/s3-bucket-versioning-enabled/awss3bucket/amzn-s3-demo-bucket1",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(configRules, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(configRules, "config-rules/compliant")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/config/home?region=us-west-2#/rules/details?configRuleName=s3-bucket-versioning-enabled",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(configRules, "config-rules/non-compliant", { config: { ignore: ["s3-*"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(configRules, "config-rules/non-compliant", {
      config: { critical: ["s3-bucket-versioning-enabled"] },
    })?.severity,
  ).toBe("critical"));

test("what complies and did so before is not told, and ends nothing", () => {
  const oldEvaluationResult = { complianceType: "COMPLIANT" };
  expect(
    tell(configRules, "config-rules/compliant", { change: { oldEvaluationResult } }),
  ).toBeUndefined();
});

test("a resource breaks the rule no more when AWS Config has no result of that rule that says so", async () => {
  const ask = (...rules: string[]) =>
    over(configRules, "config-rules/compliant", {
      "config:GetComplianceDetailsByResource": rules.map((ConfigRuleName) => ({
        EvaluationResultIdentifier: { EvaluationResultQualifier: { ConfigRuleName } },
        ComplianceType: "NON_COMPLIANT",
      })),
    });
  expect(await ask("another-rule")).toEqual({
    over: true,
    asked: [
      {
        operation: "config:GetComplianceDetailsByResource",
        kind: "read",
        input: {
          ResourceType: "AWS::S3::Bucket",
          ResourceId: "amzn-s3-demo-bucket1",
          ComplianceTypes: ["NON_COMPLIANT"],
        },
      },
    ],
  });
  expect((await ask()).over).toBe(true);
  expect((await ask("another-rule", "s3-bucket-versioning-enabled")).over).toBe(false);
});
