import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  EC2Client,
  ListVolumesInRecycleBinCommand,
  ModifyVolumeCommand,
  paginateDescribeVolumes,
  paginateDescribeVolumesModifications,
  RestoreVolumeFromRecycleBinCommand,
} from "@aws-sdk/client-ec2";
import { paged, read, write } from "../../sdk/call.ts";

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

/**
 * What a retention rule keeps for a while after it was deleted. Name those that are asked for: more
 * than one page of them is not read.
 */
export const listVolumesInRecycleBin = read(
  "ec2:ListVolumesInRecycleBin",
  EC2Client,
  ListVolumesInRecycleBinCommand,
  { absent: ["InvalidVolume.NotFound"] },
);

/** It comes back as it was, with its id, its tags and all that was on it. */
export const restoreVolumeFromRecycleBin = write(
  "ec2:RestoreVolumeFromRecycleBin",
  EC2Client,
  RestoreVolumeFromRecycleBinCommand,
  { on: "volume/*", irreversible: "it is there again, and what is there is deleted anew" },
);

/** The last modification of each volume, for some time after it is over. */
export const describeVolumesModifications = paged(
  "ec2:DescribeVolumesModifications",
  EC2Client,
  paginateDescribeVolumesModifications,
  { items: (page) => page.VolumesModifications, pageSize: 500 },
);

/**
 * While the volume is in use. AWS refuses another for six hours, and as long as it runs. No inverse:
 * the call says what the volume is to be, not what it was.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
 */
export const modifyVolume = write("ec2:ModifyVolume", EC2Client, ModifyVolumeCommand, {
  on: "volume/*",
});
