/** Databases made of backups: always under a name of their own, never over the one that is there. */
import {
  RDSClient,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { write } from "../../sdk/call.ts";

const byPeople = "a person asked for it, and takes it away by its name";
const ofInstance = ["db:*", "subgrp:*", "og:*", "pg:*"];
const ofCluster = ["cluster:*", "subgrp:*", "og:*", "cluster-pg:*"];

export const restoreDBInstanceFromDBSnapshot = write(
  "rds:RestoreDBInstanceFromDBSnapshot",
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  {
    on: [...ofInstance, "snapshot:*"],
    also: { "rds:AddTagsToResource": "db:*" },
    irreversible: byPeople,
  },
);

export const restoreDBInstanceToPointInTime = write(
  "rds:RestoreDBInstanceToPointInTime",
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
  { on: ofInstance, also: { "rds:AddTagsToResource": "db:*" }, irreversible: byPeople },
);

/** It comes without an instance: whoever wants to ask it something makes one. */
export const restoreDBClusterFromSnapshot = write(
  "rds:RestoreDBClusterFromSnapshot",
  RDSClient,
  RestoreDBClusterFromSnapshotCommand,
  {
    on: [...ofCluster, "cluster-snapshot:*"],
    also: { "rds:AddTagsToResource": "cluster:*" },
    irreversible: byPeople,
  },
);

export const restoreDBClusterToPointInTime = write(
  "rds:RestoreDBClusterToPointInTime",
  RDSClient,
  RestoreDBClusterToPointInTimeCommand,
  { on: ofCluster, also: { "rds:AddTagsToResource": "cluster:*" }, irreversible: byPeople },
);
