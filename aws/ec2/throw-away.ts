/**
 * Volumes and instances that exist for a while only. IAM lets them be made with the tag that says
 * so, and lets only what carries it be taken away: nothing that anybody works with does.
 */
import {
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";

/** On all that a drill makes; its value is the id of the action that made it. */
export const throwAwayTag = "nightshift:drill";

const carriesTag = { StringLike: { [`aws:ResourceTag/${throwAwayTag}`]: "*" } };
const asksForTag = { StringLike: { [`aws:RequestTag/${throwAwayTag}`]: "*" } };

/** With a key of the account's own EC2 makes a grant on it (rule: all-permissions). */
const grantOfKey = {
  on: "arn:{partition}:kms:{region}:*:key/*",
  when: {
    Bool: { "kms:GrantIsForAWSResource": "true" },
    StringLike: { "kms:ViaService": "ec2.*.amazonaws.com*" },
  },
};

/** By itself, for whoever takes away and makes none. */
/* @__NO_SIDE_EFFECTS__ */
export const throwAwayRemoval = () =>
  write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
    on: "volume/*",
    when: carriesTag,
    already: ["InvalidVolume.NotFound"],
    irreversible: "it held nothing but what was restored from a backup, which is still there",
  });

/* @__NO_SIDE_EFFECTS__ */
export function throwAwayVolumes() {
  const remove = throwAwayRemoval();
  const restore = write("ec2:CreateVolume", EC2Client, CreateVolumeCommand, {
    on: "volume/*",
    when: asksForTag,
    also: {
      "ec2:CreateVolume": { on: "arn:{partition}:ec2:{region}::snapshot/*" },
      "ec2:CreateTags": {
        on: "volume/*",
        when: { StringEquals: { "ec2:CreateAction": "CreateVolume" } },
      },
      "kms:CreateGrant": grantOfKey,
    },
    token: { field: "ClientToken" },
    made: ({ VolumeId }) => VolumeId,
    inverse: [remove, (_, { VolumeId }) => ({ VolumeId })],
  });
  return { restore, remove };
}

/**
 * One tag on snapshots, which says what somebody found out about them. IAM lets this tag be written
 * and no other: one could exempt, or open what policies guard by tags.
 * @param tag its name
 */
/* @__NO_SIDE_EFFECTS__ */
export function wordOnSnapshots(tag: string) {
  const thisTagAlone = { "ForAllValues:StringEquals": { "aws:TagKeys": [tag] } };
  const on = "arn:{partition}:ec2:{region}::snapshot/*";
  const takeOff = write("ec2:DeleteTags", EC2Client, DeleteTagsCommand, {
    on,
    when: thisTagAlone,
    repeatable: true,
    irreversible: "what was found out once is found out again by the next drill",
  });
  const put = write("ec2:CreateTags", EC2Client, CreateTagsCommand, {
    on,
    when: thisTagAlone,
    repeatable: true,
    irreversible: "what was found out stands until the next time",
  });
  return { put, takeOff };
}
