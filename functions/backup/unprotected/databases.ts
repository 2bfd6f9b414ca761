/** Databases: their snapshots, and to which moment RDS itself can take them back. */
import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { describeDBClusterSnapshots, describeDBSnapshots } from "../../../aws/rds/snapshot.ts";
import type { LookingPlace } from "./place.ts";
import type { Resource, TagList } from "./resource.ts";

export const databaseReads = [describeDBInstances, describeDBClusters] as const;
export const databaseSnapshotReads = [describeDBSnapshots, describeDBClusterSnapshots] as const;

/** As a drill of a database writes it on the snapshot. */
const drilledTag = "nightshift:drilled";

/** By RDS's own ids: another database may come to bear the same name. */
const byResource = (id: string): string => `rds:${id}`;

interface AnySnapshot {
  readonly id: string | undefined;
  readonly of: string | undefined;
  readonly at: Date | undefined;
  readonly state: string | undefined;
  readonly kind: string | undefined;
  readonly tags: TagList | undefined;
}

const under = new Set(["creating", "copying"]);

function shelve(snapshot: AnySnapshot, { shelf }: LookingPlace): void {
  const { id, of, at, state = "", kind, tags = [] } = snapshot;
  if (!of || !at || under.has(state)) return;
  const by = kind === "automated" ? "RDS, each day" : `the ${kind ?? ""} snapshot ${id}`;
  const drilled = tags.find(({ Key }) => Key === drilledTag)?.Value;
  if (drilled !== undefined) shelf.drilled(byResource(of), at, drilled);
  if (state === "available") shelf.put(byResource(of), { at, by });
  else shelf.reject(byResource(of), { at, why: `the snapshot ${id} is ${state}` });
}

export async function readDatabaseSnapshots(
  place: LookingPlace<typeof databaseSnapshotReads>,
): Promise<void> {
  for await (const each of place.read(describeDBSnapshots({})))
    shelve(
      {
        id: each.DBSnapshotIdentifier,
        of: each.DbiResourceId,
        // A copy is as old as what it was copied from.
        at: each.OriginalSnapshotCreateTime ?? each.SnapshotCreateTime,
        state: each.Status,
        kind: each.SnapshotType,
        tags: each.TagList,
      },
      place,
    );
  for await (const each of place.read(describeDBClusterSnapshots({})))
    shelve(
      {
        id: each.DBClusterSnapshotIdentifier,
        of: each.DbClusterResourceId,
        at: each.SnapshotCreateTime,
        state: each.Status,
        kind: each.SnapshotType,
        tags: each.TagList,
      },
      place,
    );
}

const passingStates = new Set(["creating", "deleting", "failed", "restore-error"]);

interface AnyDatabase {
  readonly kind: "database" | "cluster";
  readonly arn: string | undefined;
  readonly id: string | undefined;
  readonly resource: string | undefined;
  readonly created: Date | undefined;
  readonly state: string | undefined;
  readonly tags: TagList | undefined;
  /** What it replicates, or nothing. */
  readonly source: string | undefined;
  readonly restorable: Date | undefined;
}

function asResource(database: AnyDatabase, { shelf, region }: LookingPlace): Resource {
  const { kind, arn = "", id = "", resource = "", created, state = "", source } = database;
  const key = byResource(resource);
  if (database.restorable) shelf.put(key, { at: database.restorable, by: "point in time" });
  const byVaults = shelf.of(arn, created);
  if (byVaults.newest) shelf.put(key, byVaults.newest);
  if (byVaults.useless) shelf.reject(key, byVaults.useless);
  return {
    ...{ kind, arn, id, region, created },
    name: id,
    tags: database.tags ?? [],
    passing: passingStates.has(state) ? `it is ${state}` : undefined,
    apart: source && `it replicates ${source}`,
    unread: [],
    part: undefined,
    ...shelf.of(key),
  };
}

/** @param retention days; of 0 RDS keeps nothing, whatever it still says of the last moment */
const restorableTo = (retention: number | undefined, latest: Date | undefined): Date | undefined =>
  retention ? latest : undefined;

const ofInstance = (instance: DBInstance, place: LookingPlace): Resource =>
  asResource(
    {
      kind: "database",
      arn: instance.DBInstanceArn,
      id: instance.DBInstanceIdentifier,
      resource: instance.DbiResourceId,
      created: instance.InstanceCreateTime,
      state: instance.DBInstanceStatus,
      tags: instance.TagList,
      source: instance.ReadReplicaSourceDBInstanceIdentifier,
      restorable: restorableTo(instance.BackupRetentionPeriod, instance.LatestRestorableTime),
    },
    place,
  );
const ofCluster = (cluster: DBCluster, place: LookingPlace): Resource =>
  asResource(
    {
      kind: "cluster",
      arn: cluster.DBClusterArn,
      id: cluster.DBClusterIdentifier,
      resource: cluster.DbClusterResourceId,
      created: cluster.ClusterCreateTime,
      state: cluster.Status,
      tags: cluster.TagList,
      source: cluster.ReplicationSourceIdentifier,
      restorable: restorableTo(cluster.BackupRetentionPeriod, cluster.LatestRestorableTime),
    },
    place,
  );

/** An instance of a cluster has no backups of its own. */
export async function databasesIn(place: LookingPlace<typeof databaseReads>): Promise<Resource[]> {
  const found: Resource[] = [];
  for await (const instance of place.read(describeDBInstances({})))
    if (!instance.DBClusterIdentifier) found.push(ofInstance(instance, place));
  for await (const cluster of place.read(describeDBClusters({})))
    found.push(ofCluster(cluster, place));
  return found;
}
