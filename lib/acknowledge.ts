import { Validations } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Accepts findings of cdk-nag on a construct and what it contains, each with its reason: `{
 * "AwsSolutions-IAM5": "why" }`.
 */
export function acknowledge(
  construct: Construct,
  findings: Readonly<Record<string, string>>,
): void {
  for (const [id, reason] of Object.entries(findings))
    Validations.of(construct).acknowledge({ id, reason });
}
