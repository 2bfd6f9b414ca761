/** Security groups, from their making to their end, and who names them from elsewhere. */
import {
  AuthorizeSecurityGroupEgressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupReferencesCommand,
  EC2Client,
  paginateDescribeSecurityGroupVpcAssociations,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import { paged, read, write } from "../../sdk/call.ts";

/**
 * VPCs beyond a peering or a transit gateway whose rules name these groups. Where one of the groups
 * is gone, of none.
 */
export const describeSecurityGroupReferences = read(
  "ec2:DescribeSecurityGroupReferences",
  EC2Client,
  DescribeSecurityGroupReferencesCommand,
  { on: "security-group/*", absent: ["InvalidGroup.NotFound"] },
);

/** Other VPCs of the account in which a group may be used too. */
export const describeSecurityGroupVpcAssociations = paged(
  "ec2:DescribeSecurityGroupVpcAssociations",
  EC2Client,
  paginateDescribeSecurityGroupVpcAssociations,
  { items: (page) => page.SecurityGroupVpcAssociations, pageSize: 1000 },
);

/** With a rule that lets all out. Two of one VPC have no one name. */
export const createSecurityGroup = write(
  "ec2:CreateSecurityGroup",
  EC2Client,
  CreateSecurityGroupCommand,
  {
    on: ["security-group/*", "vpc/*"],
    also: {
      "ec2:CreateTags": {
        on: "security-group/*",
        when: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" } },
      },
    },
  },
);

/** As of ingress: with tags it is also a tagging, of a rule that does not exist yet. */
export const authorizeSecurityGroupEgress = write(
  "ec2:AuthorizeSecurityGroupEgress",
  EC2Client,
  AuthorizeSecurityGroupEgressCommand,
  {
    on: ["security-group/*", "security-group-rule/*"],
    also: {
      "ec2:CreateTags": {
        on: "security-group-rule/*",
        when: { StringEquals: { "ec2:CreateAction": "AuthorizeSecurityGroupEgress" } },
      },
    },
    already: ["InvalidPermission.Duplicate"],
  },
);

/** By `SecurityGroupRuleIds` only. */
export const revokeSecurityGroupEgress = write(
  "ec2:RevokeSecurityGroupEgress",
  EC2Client,
  RevokeSecurityGroupEgressCommand,
  { on: "security-group/*", failures: (output) => output.UnknownIpPermissions },
);

/**
 * AWS refuses it (`DependencyViolation`) as long as an interface carries the group, or a rule of
 * another names it.
 */
export const deleteSecurityGroup = write(
  "ec2:DeleteSecurityGroup",
  EC2Client,
  DeleteSecurityGroupCommand,
  {
    on: "security-group/*",
    already: ["InvalidGroup.NotFound"],
    uncertain:
      "one that is made again has another id: what names the old one, as templates, code and peers do, does not know it",
  },
);
