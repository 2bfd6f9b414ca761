/** A role is deployed with exactly its policy, or refused before anything is. */
import { App, Aws, Stack } from "aws-cdk-lib";
import { expect, test } from "vitest";
import type { PolicyDocument } from "../settings/statements.ts";
import { longestPolicy } from "./iam/longest-policy.ts";
import { GeneratedRole, policyLength } from "./role.ts";

const arn = (name: string) =>
  `arn:${Aws.PARTITION}:lambda:eu-central-1:${Aws.ACCOUNT_ID}:function:${name}`;
const policyOf = (...names: readonly string[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Invoke",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: names.map(arn),
    },
  ],
});
const roleWith = (policy: PolicyDocument) =>
  new GeneratedRole(new Stack(new App()), "Role", {
    name: "nightshift-x",
    description: "A role",
    trusts: { Service: "lambda.amazonaws.com" },
    policy,
  });

test("a policy that IAM would refuse is refused by synth, with what to do", () => {
  const rest = longestPolicy - policyLength(policyOf(""));
  const longest = policyOf("x".repeat(rest));
  expect(policyLength(longest)).toBe(10_240);
  expect(() => roleWith(longest)).not.toThrow();
  expect(() => roleWith(policyOf("x".repeat(rest + 1)))).toThrow(
    "the role nightshift-x would have a policy of 10241 characters, and IAM takes 10240: deploy fewer units together; with another `deployment.prefix`",
  );
});

test("CDK's references count as what they become", () => {
  const [written] = policyOf("a").Statement[0]?.Resource ?? [];
  const real = "arn:aws-us-gov:lambda:eu-central-1:123456789012:function:a";
  const ofReal = { ...policyOf(), Statement: [{ ...policyOf().Statement[0], Resource: [real] }] };
  expect(written).not.toBe(real);
  expect(policyLength(policyOf("a"))).toBe(JSON.stringify(ofReal).length);
});
