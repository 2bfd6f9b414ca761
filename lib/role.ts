import { Aws, aws_iam as iam } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Conditions } from "../sdk/call.ts";
import type { PolicyDocument } from "../settings/statements.ts";
import { acknowledge } from "./acknowledge.ts";
import { longestPolicy } from "./iam/longest-policy.ts";

export interface GeneratedRoleProps {
  /** Absent: CloudFormation names it. */
  readonly name?: string;
  readonly description: string;
  /** Who may assume it: the trust policy's principal and conditions. */
  readonly trusts: { readonly Service: string } | { readonly AWS: string };
  readonly when?: Conditions;
  readonly policy: PolicyDocument;
}

/** cdk-nag names a finding by the ARN with its references in angle brackets. */
const asNagNames = (resource: string): string =>
  resource
    .replaceAll(Aws.PARTITION, "<AWS::Partition>")
    .replaceAll(Aws.ACCOUNT_ID, "<AWS::AccountId>");

const whyWild = (resource: string): string => {
  if (resource === "*")
    return "IAM knows nothing narrower for these calls, which test/policy.test.ts checks against its own data; the statement is limited to the configured regions";
  if (/:log-group:\/aws\/lambda\/[\w-]+:\*$/.test(resource))
    return "The streams of its own log group, which Lambda names";
  if (resource.includes("-undo-*"))
    return "The roles that take back what automations did: each trusts the undo function alone";
  if (resource.includes(":key/"))
    return "Only the key with Nightshift's alias, by condition: its id is made at deployment";
  return "Declared by the unit's calls: which ones are acted on is found at run time";
};

/** As IAM counts it, where CDK's references to the account are filled in. */
export const policyLength = (policy: PolicyDocument): number =>
  JSON.stringify(policy)
    .replaceAll(Aws.PARTITION, "aws-us-gov")
    .replaceAll(Aws.ACCOUNT_ID, "123456789012").length;

/** Else CloudFormation says so, half way through a deployment. */
function refuseTooLong(policy: PolicyDocument, role: string): void {
  const length = policyLength(policy);
  if (length > longestPolicy)
    throw new Error(
      `the role ${role} would have a policy of ${length} characters, and IAM takes ${longestPolicy}: deploy fewer units together; with another \`deployment.prefix\` the others are a deployment of their own in the same account`,
    );
}

/** A role whose one policy is deployed exactly as it was generated: no construct adds to it. */
export class GeneratedRole extends Construct {
  readonly arn: string;
  readonly role: iam.IRole;

  constructor(
    scope: Construct,
    id: string,
    { name, description, trusts, when, policy }: GeneratedRoleProps,
  ) {
    super(scope, id);
    refuseTooLong(policy, name ?? description);
    const role = new iam.CfnRole(this, "Role", {
      ...(name && { roleName: name }),
      description,
      assumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: trusts,
            Action: "sts:AssumeRole",
            ...(when && { Condition: when }),
          },
        ],
      },
      policies: [{ policyName: "nightshift", policyDocument: policy }],
    });
    this.arn = role.attrArn;
    this.role = iam.Role.fromRoleArn(this, "Imported", role.attrArn, { mutable: false });
    const wildcards = policy.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(
      ({ Resource }) => Resource.filter((one) => one.includes("*")),
    );
    acknowledge(
      role,
      Object.fromEntries(
        wildcards.map((resource) => [
          `AwsSolutions-IAM5[Resource::${asNagNames(resource)}]`,
          whyWild(resource),
        ]),
      ),
    );
    if (wildcards.includes("*"))
      acknowledge(role, { "Serverless-LambdaStarPermissions": whyWild("*") });
  }
}
