/** Copies of snapshots of databases: whoever copies none need not carry this. */
import {
  CopyDBClusterSnapshotCommand,
  CopyDBSnapshotCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { write } from "../../sdk/call.ts";
import { writeElsewhere } from "../../sdk/elsewhere.ts";
import {
  describeDBClusterSnapshots,
  describeDBSnapshots,
  isMadeWithToken,
  ownClusterSnapshotArns,
  ownSnapshotArns,
  withDatabaseToken,
} from "./snapshot.ts";
import {
  deleteDBClusterSnapshotElsewhere,
  deleteDBSnapshotElsewhere,
  describeDBClusterSnapshotsElsewhere,
  describeDBSnapshotsElsewhere,
} from "./snapshot-elsewhere.ts";

/** What RDS does with keys of the account on behalf of whoever copies, and nobody can do beside it. */
const viaRds = { "kms:ViaService": "rds.*.amazonaws.com*" };
const byRds = { StringLike: viaRds };
const forRds = { StringLike: viaRds, Bool: { "kms:GrantIsForAWSResource": "true" } };
const accountKeys = "arn:{partition}:kms:{region}:{account}:key/*";
const keys = {
  "kms:CreateGrant": { on: accountKeys, when: forRds },
  "kms:DescribeKey": { on: accountKeys, when: byRds },
} as const;
const keysHere = [
  { action: "kms:CreateGrant", on: [accountKeys], when: forRds },
  { action: "kms:DescribeKey", on: [accountKeys], when: byRds },
] as const;

/** Twenty copies into one region at once, and so many snapshots in all. */
const crowded = ["SnapshotQuotaExceededFault", "SnapshotQuotaExceeded"];

/** Makes a copy in the region that is asked, of a snapshot that an ARN names. */
const copyDBSnapshot = write("rds:CopyDBSnapshot", RDSClient, CopyDBSnapshotCommand, {
  on: ownSnapshotArns,
  also: { "rds:AddTagsToResource": ownSnapshotArns, ...keys },
  token: {
    find: describeDBSnapshots,
    tag: (input, token) => ({ ...input, Tags: withDatabaseToken(input.Tags, token) }),
    asking: (_, { TargetDBSnapshotIdentifier = "" }) => ({
      Filters: [{ Name: "db-snapshot-id", Values: [TargetDBSnapshotIdentifier] }],
    }),
    answer(found, token) {
      const DBSnapshot = found.find(isMadeWithToken(token));
      return DBSnapshot && { DBSnapshot };
    },
  },
  crowded,
  made: ({ DBSnapshot }) => DBSnapshot?.DBSnapshotIdentifier,
});

/** The source lies in the unit's own region, and its key with it; its address is signed there. */
export const copyDBSnapshotElsewhere = writeElsewhere(copyDBSnapshot, {
  find: describeDBSnapshotsElsewhere,
  here: [{ action: "rds:CopyDBSnapshot", on: [ownSnapshotArns] }, ...keysHere],
  inverse: [
    deleteDBSnapshotElsewhere,
    ({ elsewhere }, { DBSnapshot }) => ({
      elsewhere,
      DBSnapshotIdentifier: DBSnapshot?.DBSnapshotIdentifier,
    }),
  ],
});

const copyDBClusterSnapshot = write(
  "rds:CopyDBClusterSnapshot",
  RDSClient,
  CopyDBClusterSnapshotCommand,
  {
    on: ownClusterSnapshotArns,
    also: { "rds:AddTagsToResource": ownClusterSnapshotArns, ...keys },
    token: {
      find: describeDBClusterSnapshots,
      tag: (input, token) => ({ ...input, Tags: withDatabaseToken(input.Tags, token) }),
      asking: (_, { TargetDBClusterSnapshotIdentifier = "" }) => ({
        Filters: [{ Name: "db-cluster-snapshot-id", Values: [TargetDBClusterSnapshotIdentifier] }],
      }),
      answer(found, token) {
        const DBClusterSnapshot = found.find(isMadeWithToken(token));
        return DBClusterSnapshot && { DBClusterSnapshot };
      },
    },
    crowded,
    made: ({ DBClusterSnapshot }) => DBClusterSnapshot?.DBClusterSnapshotIdentifier,
  },
);

export const copyDBClusterSnapshotElsewhere = writeElsewhere(copyDBClusterSnapshot, {
  find: describeDBClusterSnapshotsElsewhere,
  here: [{ action: "rds:CopyDBClusterSnapshot", on: [ownClusterSnapshotArns] }, ...keysHere],
  inverse: [
    deleteDBClusterSnapshotElsewhere,
    ({ elsewhere }, { DBClusterSnapshot }) => ({
      elsewhere,
      DBClusterSnapshotIdentifier: DBClusterSnapshot?.DBClusterSnapshotIdentifier,
    }),
  ],
});
