import {
  AuthorizeSecurityGroupIngressCommand,
  EC2Client,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateGetManagedPrefixListEntries,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { paged, write } from "../../sdk/call.ts";

export const describeSecurityGroups = paged(
  "ec2:DescribeSecurityGroups",
  EC2Client,
  paginateDescribeSecurityGroups,
  { items: (page) => page.SecurityGroups, pageSize: 1000 },
);

export const describeSecurityGroupRules = paged(
  "ec2:DescribeSecurityGroupRules",
  EC2Client,
  paginateDescribeSecurityGroupRules,
  { items: (page) => page.SecurityGroupRules, pageSize: 1000 },
);

/** Lists that AWS or another account owns lie under their owner in IAM. */
export const getManagedPrefixListEntries = paged(
  "ec2:GetManagedPrefixListEntries",
  EC2Client,
  paginateGetManagedPrefixListEntries,
  {
    items: (page) => page.Entries,
    on: "arn:{partition}:ec2:{region}:*:prefix-list/*",
    pageSize: 100,
  },
);

/**
 * With tags it is also a tagging: IAM asks for both, on the rule that does not exist yet (rule:
 * all-permissions).
 */
export const authorizeSecurityGroupIngress = write(
  "ec2:AuthorizeSecurityGroupIngress",
  EC2Client,
  AuthorizeSecurityGroupIngressCommand,
  {
    on: ["security-group/*", "security-group-rule/*"],
    also: {
      "ec2:CreateTags": {
        on: "security-group-rule/*",
        when: { StringEquals: { "ec2:CreateAction": "AuthorizeSecurityGroupIngress" } },
      },
    },
    already: ["InvalidPermission.Duplicate"],
  },
);

/**
 * By `SecurityGroupRuleIds` only: by permissions, a default VPC answers 200 and names what it did
 * not revoke (rule: already-is-read). No inverse: the call names the rule, not what the rule was.
 */
export const revokeSecurityGroupIngress = write(
  "ec2:RevokeSecurityGroupIngress",
  EC2Client,
  RevokeSecurityGroupIngressCommand,
  {
    on: "security-group/*",
    already: ["InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"],
    batch: { by: "SecurityGroupRuleIds", max: 1000 },
    failures: (output) => output.UnknownIpPermissions,
  },
);
