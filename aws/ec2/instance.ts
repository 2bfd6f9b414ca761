import {
  DescribeInstanceAttributeCommand,
  EC2Client,
  paginateDescribeInstances,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { paged, read, write } from "../../sdk/call.ts";

export const describeInstances = paged(
  "ec2:DescribeInstances",
  EC2Client,
  paginateDescribeInstances,
  {
    items: (page) => page.Reservations?.flatMap(({ Instances = [] }) => Instances),
    pageSize: 1000,
  },
);

export const describeInstanceAttribute = read(
  "ec2:DescribeInstanceAttribute",
  EC2Client,
  DescribeInstanceAttributeCommand,
  {
    on: "instance/*",
    absent: ["InvalidInstanceID.NotFound"],
  },
);

/**
 * Without `kms:CreateGrant` one with an encrypted volume "starts" and stops again; the key may be
 * another account's (rule: all-permissions).
 */
export const startInstances = write("ec2:StartInstances", EC2Client, StartInstancesCommand, {
  on: "instance/*",
  also: {
    "kms:CreateGrant": {
      on: "arn:{partition}:kms:{region}:*:key/*",
      when: {
        Bool: { "kms:GrantIsForAWSResource": "true" },
        StringLike: { "kms:ViaService": "ec2.*.amazonaws.com*" },
      },
    },
  },
});

export const stopInstances = write("ec2:StopInstances", EC2Client, StopInstancesCommand, {
  on: "instance/*",
  already: ["InvalidInstanceID.NotFound"],
  batch: { by: "InstanceIds", max: 50 },
  inverse: [startInstances, ({ InstanceIds }) => ({ InstanceIds })],
});
