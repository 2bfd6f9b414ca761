/** Snapshots of other regions: copied there, looked at there, deleted there. */
import { CopySnapshotCommand, EC2Client } from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";
import { readElsewhere, writeElsewhere } from "../../sdk/elsewhere.ts";
import {
  anySnapshotArn,
  bySnapshotToken,
  deleteSnapshot,
  describeLockedSnapshots,
  describeSnapshotAttribute,
  describeSnapshots,
  tagsOfSnapshots,
  withSnapshotToken,
} from "./snapshot.ts";

/** What EC2 does with keys of the account on behalf of whoever copies, and nobody can do beside it. */
const byEc2 = { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com*" } };
const accountKeys = "arn:{partition}:kms:{region}:{account}:key/*";
const grantOfKey = {
  on: accountKeys,
  when: { ...byEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
};
const useOfKey = { on: accountKeys, when: byEc2 };

/**
 * Makes a copy of a snapshot of any region in the region that is asked. It answers at once: whether
 * the key could be used, and the source was there to the end, the copy's state says later.
 */
const copySnapshot = write("ec2:CopySnapshot", EC2Client, CopySnapshotCommand, {
  on: anySnapshotArn,
  also: {
    "ec2:CreateTags": tagsOfSnapshots("CopySnapshot"),
    "kms:CreateGrant": grantOfKey,
    "kms:DescribeKey": useOfKey,
    "kms:GenerateDataKeyWithoutPlaintext": useOfKey,
    "kms:ReEncryptTo": useOfKey,
  },
  token: {
    find: describeSnapshots,
    tag: withSnapshotToken,
    asking: bySnapshotToken,
    answer: ([snapshot]) => snapshot && { SnapshotId: snapshot.SnapshotId },
  },
  crowded: ["ResourceLimitExceeded", "SnapshotLimitExceeded"],
  made: ({ SnapshotId }) => SnapshotId,
});

export const describeSnapshotsElsewhere = readElsewhere(describeSnapshots);

export const describeLockedSnapshotsElsewhere = readElsewhere(describeLockedSnapshots);

export const describeSnapshotAttributeElsewhere = readElsewhere(describeSnapshotAttribute);

export const deleteSnapshotElsewhere = writeElsewhere(deleteSnapshot, {
  irreversible: "a deleted snapshot is gone, and with it what only it held",
});

/** The source lies in the unit's own region, and its key with it. */
export const copySnapshotElsewhere = writeElsewhere(copySnapshot, {
  find: describeSnapshotsElsewhere,
  from: [{ action: "ec2:CopySnapshot", on: [anySnapshotArn] }],
  here: [
    { action: "kms:CreateGrant", on: [accountKeys], when: grantOfKey.when },
    { action: "kms:Decrypt", on: [accountKeys], when: byEc2 },
    { action: "kms:DescribeKey", on: [accountKeys], when: byEc2 },
    { action: "kms:ReEncryptFrom", on: [accountKeys], when: byEc2 },
  ],
  inverse: [
    deleteSnapshotElsewhere,
    ({ elsewhere }, { SnapshotId }) => ({ elsewhere, SnapshotId }),
  ],
});
