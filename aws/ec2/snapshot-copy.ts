/** Copies of snapshots: whoever copies none need not carry this. */
import { CopySnapshotCommand, EC2Client } from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";
import { writeElsewhere } from "../../sdk/elsewhere.ts";
import {
  anySnapshotArn,
  bySnapshotToken,
  describeSnapshots,
  tagsOfSnapshots,
  withSnapshotToken,
} from "./snapshot.ts";
import { deleteSnapshotElsewhere, describeSnapshotsElsewhere } from "./snapshot-elsewhere.ts";

/** What EC2 does with keys of the account on behalf of whoever copies, and nobody can do beside it. */
const viaEc2 = { "kms:ViaService": "ec2.*.amazonaws.com*" };
const byEc2 = { StringLike: viaEc2 };
const forEc2 = { StringLike: viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } };
const accountKeys = "arn:{partition}:kms:{region}:{account}:key/*";
const grantOfKey = { on: accountKeys, when: forEc2 };
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

/** The source lies in the unit's own region, and its key with it. */
export const copySnapshotElsewhere = writeElsewhere(copySnapshot, {
  find: describeSnapshotsElsewhere,
  from: [{ action: "ec2:CopySnapshot", on: [anySnapshotArn] }],
  here: [
    { action: "kms:CreateGrant", on: [accountKeys], when: forEc2 },
    { action: "kms:Decrypt", on: [accountKeys], when: byEc2 },
    { action: "kms:DescribeKey", on: [accountKeys], when: byEc2 },
    { action: "kms:ReEncryptFrom", on: [accountKeys], when: byEc2 },
  ],
  inverse: [
    deleteSnapshotElsewhere,
    ({ elsewhere }, { SnapshotId }) => ({ elsewhere, SnapshotId }),
  ],
});
