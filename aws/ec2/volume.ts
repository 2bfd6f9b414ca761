import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  EC2Client,
  paginateDescribeVolumes,
} from "@aws-sdk/client-ec2";
import { paged, write } from "../../sdk/call.ts";

/** Name them by a filter: one that is gone then fails nobody. */
export const describeVolumes = paged("ec2:DescribeVolumes", EC2Client, paginateDescribeVolumes, {
  items: (page) => page.Volumes,
  pageSize: 500,
});

/**
 * From a snapshot, or empty. With a key of the account's own EC2 makes a grant on it (rule:
 * all-permissions).
 */
export const createVolume = write("ec2:CreateVolume", EC2Client, CreateVolumeCommand, {
  on: ["arn:{partition}:ec2:{region}::snapshot/*", "volume/*"],
  also: {
    "ec2:CreateTags": {
      on: "volume/*",
      when: { StringEquals: { "ec2:CreateAction": "CreateVolume" } },
    },
    "kms:CreateGrant": {
      on: "arn:{partition}:kms:{region}:*:key/*",
      when: {
        Bool: { "kms:GrantIsForAWSResource": "true" },
        StringLike: { "kms:ViaService": "ec2.*.amazonaws.com*" },
      },
    },
  },
  token: { field: "ClientToken" },
  made: ({ VolumeId }) => VolumeId,
});

export const deleteVolume = write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  already: ["InvalidVolume.NotFound"],
  irreversible: "a deleted volume is gone; what a snapshot holds can be made a new volume",
});
