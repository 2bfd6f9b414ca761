/**
 * Databases that exist for a while only. Their name says what they are: IAM lets databases of such a
 * name be made and deleted, and no other; and it lets none be made that is publicly accessible.
 */
import {
  AddTagsToResourceCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  RDSClient,
  RemoveTagsFromResourceCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import { write } from "../../sdk/call.ts";
import { describeDBClusters, describeDBInstances } from "./database.ts";
import { snapshotPrefix } from "./snapshot.ts";

export const throwAwayDatabasePrefix = "nightshift-drill-";
const ownInstances = `db:${throwAwayDatabasePrefix}*`;
const ownClusters = `cluster:${throwAwayDatabasePrefix}*`;

/** RDS takes so many small letters, digits and single hyphens. */
const longestName = 63;

/**
 * The same for each attempt, and no other action's.
 * @param action as history shows it
 */
export function throwAwayDatabase(action: string): string {
  const own = action.slice(action.indexOf(".") + 1);
  const name = own.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${throwAwayDatabasePrefix}${name}`.slice(0, longestName).replace(/-$/, "");
}

export const isThrowAwayDatabase = (name: string | undefined): boolean =>
  name?.startsWith(throwAwayDatabasePrefix) === true;

const notPublic = { Bool: { "rds:PubliclyAccessible": "false" } };

/** By RDS for whoever asks, where a key encrypts the snapshot. */
const byRds = {
  on: "arn:{partition}:kms:{region}:*:key/*",
  when: { StringLike: { "kms:ViaService": "rds.*.amazonaws.com*" } },
};
const ofKey = {
  "kms:DescribeKey": byRds,
  "kms:CreateGrant": {
    ...byRds,
    when: { ...byRds.when, Bool: { "kms:GrantIsForAWSResource": "true" } },
  },
};

const irreversible = "it held nothing but what was restored from a backup, which is still there";

const named = (name: string, id = "") => ({ Filters: [{ Name: name, Values: [id] }] });

/**
 * Without a last snapshot. RDS refuses it for one that is being deleted already: a second send looks
 * first. One that is still being made can only be waited for.
 */
/* @__NO_SIDE_EFFECTS__ */
export const throwAwayInstanceRemoval = () =>
  write("rds:DeleteDBInstance", RDSClient, DeleteDBInstanceCommand, {
    on: ownInstances,
    already: ["DBInstanceNotFoundFault", "DBInstanceNotFound"],
    token: {
      find: describeDBInstances,
      tag: (input) => input,
      asking: (_, { DBInstanceIdentifier }) => named("db-instance-id", DBInstanceIdentifier),
      answer: ([found]) => (!found || found.DBInstanceStatus === "deleting" ? {} : undefined),
    },
    irreversible,
  });

/** Refused as long as it has instances that nobody deletes. */
/* @__NO_SIDE_EFFECTS__ */
export const throwAwayClusterRemoval = () =>
  write("rds:DeleteDBCluster", RDSClient, DeleteDBClusterCommand, {
    // IAM asks for the last snapshot too, of which there is none.
    on: [ownClusters, `cluster-snapshot:${throwAwayDatabasePrefix}*`],
    already: ["DBClusterNotFoundFault", "DBClusterNotFound"],
    token: {
      find: describeDBClusters,
      tag: (input) => input,
      asking: (_, { DBClusterIdentifier }) => named("db-cluster-id", DBClusterIdentifier),
      answer: ([found]) => (!found || found.Status === "deleting" ? {} : undefined),
    },
    irreversible,
  });

/** What RDS answers where no more fit: a drill waits for its turn. */
const crowded = ["InstanceQuotaExceededFault", "InstanceQuotaExceeded"];

/** An instance that stands by itself. */
/* @__NO_SIDE_EFFECTS__ */
export function throwAwayInstances() {
  const remove = throwAwayInstanceRemoval();
  const restore = write(
    "rds:RestoreDBInstanceFromDBSnapshot",
    RDSClient,
    RestoreDBInstanceFromDBSnapshotCommand,
    {
      on: [ownInstances, "subgrp:*", "og:*", "pg:*", `snapshot:${snapshotPrefix}*`],
      when: notPublic,
      also: { "rds:AddTagsToResource": ownInstances, ...ofKey },
      // Its name is the action's own: no second one can be made.
      token: {
        find: describeDBInstances,
        tag: (input) => input,
        asking: (_, { DBInstanceIdentifier }) => named("db-instance-id", DBInstanceIdentifier),
        answer: ([DBInstance]) => DBInstance && { DBInstance },
      },
      crowded,
      made: ({ DBInstance }) => DBInstance?.DBInstanceIdentifier,
      inverse: [
        remove,
        ({ DBInstanceIdentifier }) => ({ DBInstanceIdentifier, SkipFinalSnapshot: true }),
      ],
    },
  );
  return { restore };
}

/** A cluster of Aurora, which comes without an instance, and one instance in it. */
/* @__NO_SIDE_EFFECTS__ */
export function throwAwayClusters() {
  const removeInstance = throwAwayInstanceRemoval();
  const remove = throwAwayClusterRemoval();
  const restore = write(
    "rds:RestoreDBClusterFromSnapshot",
    RDSClient,
    RestoreDBClusterFromSnapshotCommand,
    {
      on: [ownClusters, "subgrp:*", "og:*", "cluster-pg:*", `cluster-snapshot:${snapshotPrefix}*`],
      also: { "rds:AddTagsToResource": ownClusters, ...ofKey },
      token: {
        find: describeDBClusters,
        tag: (input) => input,
        asking: (_, { DBClusterIdentifier }) => named("db-cluster-id", DBClusterIdentifier),
        answer: ([DBCluster]) => DBCluster && { DBCluster },
      },
      crowded: ["DBClusterQuotaExceededFault", "DBClusterQuotaExceeded"],
      made: ({ DBCluster }) => DBCluster?.DBClusterIdentifier,
      inverse: [
        remove,
        ({ DBClusterIdentifier }) => ({ DBClusterIdentifier, SkipFinalSnapshot: true }),
      ],
    },
  );
  const addInstance = write("rds:CreateDBInstance", RDSClient, CreateDBInstanceCommand, {
    on: [ownInstances, ownClusters, "subgrp:*", "og:*", "pg:*"],
    when: notPublic,
    also: { "rds:AddTagsToResource": ownInstances },
    token: {
      find: describeDBInstances,
      tag: (input) => input,
      asking: (_, { DBInstanceIdentifier }) => named("db-instance-id", DBInstanceIdentifier),
      answer: ([DBInstance]) => DBInstance && { DBInstance },
    },
    crowded,
    made: ({ DBInstance }) => DBInstance?.DBInstanceIdentifier,
    inverse: [
      removeInstance,
      ({ DBInstanceIdentifier }) => ({ DBInstanceIdentifier, SkipFinalSnapshot: true }),
    ],
  });
  return { restore, addInstance };
}

/**
 * One tag on snapshots of ours, which says what somebody found out about them. IAM lets this tag be
 * written and no other: one could exempt, or open what policies guard by tags.
 * @param tag its name
 */
/* @__NO_SIDE_EFFECTS__ */
export function wordOnDatabaseSnapshots(tag: string) {
  const when = { "ForAllValues:StringEquals": { "aws:TagKeys": [tag] } };
  const on = [`snapshot:${snapshotPrefix}*`, `cluster-snapshot:${snapshotPrefix}*`];
  const takeOff = write("rds:RemoveTagsFromResource", RDSClient, RemoveTagsFromResourceCommand, {
    on,
    when,
    repeatable: true,
    irreversible: "what was found out once is found out again by the next drill",
  });
  const put = write("rds:AddTagsToResource", RDSClient, AddTagsToResourceCommand, {
    on,
    when,
    repeatable: true,
    irreversible: "what was found out stands until the next time",
  });
  return { put, takeOff };
}
