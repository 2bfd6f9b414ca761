/** Databases of RDS that stand by themselves. */
import type { DBInstance, DBSnapshot } from "@aws-sdk/client-rds";
import { describeDBInstances } from "../../aws/rds/database.ts";
import { unlessDefaultGroup } from "../../aws/rds/parameter-group.ts";
import {
  restoreDBInstanceFromDBSnapshot,
  restoreDBInstanceToPointInTime,
} from "../../aws/rds/restore.ts";
import { describeDBSnapshots } from "../../aws/rds/snapshot.ts";
import { reader } from "../../engine/run/reader.ts";
import { UsageError } from "../../sdk/errors.ts";
import { before, days } from "../../sdk/time.ts";
import type { RestorePlace } from "./place.ts";
import {
  assertFree,
  assertUsable,
  pointIn,
  pointInTime,
  type Restorable,
  type RestorePlan,
  type RestorePoint,
  type RestoreStep,
  type RestoreWish,
  tagsOfRestored,
} from "./point.ts";
import { newNameOf, pointOfSnapshot, renaming } from "./rds.ts";

const reads = [describeDBInstances, describeDBSnapshots] as const;

const pointOf = (place: RestorePlace, snapshot: DBSnapshot): Promise<RestorePoint> => {
  const { AllocatedStorage = 0, Engine = "", EngineVersion = "" } = snapshot;
  return pointOfSnapshot(place, {
    about: `db:${snapshot.DBInstanceIdentifier}`,
    tags: snapshot.TagList,
    id: snapshot.DBSnapshotIdentifier,
    type: snapshot.SnapshotType,
    status: snapshot.Status,
    at: snapshot.SnapshotCreateTime,
    makes: `a database, ${Engine} ${EngineVersion}, ${AllocatedStorage} GB`,
  });
};

/** From the newest that is asked for backwards, as far as backups are kept. */
function windowOf({
  LatestRestorableTime: until,
  InstanceCreateTime: made = new Date(0),
  BackupRetentionPeriod: kept = 0,
}: DBInstance): RestorePoint[] {
  if (!until || !kept) return [];
  const first = before(until, days(kept));
  return [pointInTime(first > made ? first : made, until, "database")];
}

/** The same network, groups and class: else it comes into the default ones, and is not reachable. */
function likeOriginal(original: DBInstance) {
  const { DBInstanceClass, DBSubnetGroup, MultiAZ, StorageType, Endpoint } = original;
  const { AutoMinorVersionUpgrade, CopyTagsToSnapshot } = original;
  const [parameters] = original.DBParameterGroups ?? [];
  const [options] = original.OptionGroupMemberships ?? [];
  return {
    DBInstanceClass,
    DBSubnetGroupName: DBSubnetGroup?.DBSubnetGroupName,
    VpcSecurityGroupIds: original.VpcSecurityGroups?.flatMap(
      ({ VpcSecurityGroupId: id = [] }) => id,
    ),
    DBParameterGroupName: unlessDefaultGroup(parameters?.DBParameterGroupName),
    OptionGroupName: unlessDefaultGroup(options?.OptionGroupName),
    PubliclyAccessible: original.PubliclyAccessible ?? false,
    EnableIAMDatabaseAuthentication: original.IAMDatabaseAuthenticationEnabled,
    Port: Endpoint?.Port,
    MultiAZ,
    StorageType,
    AutoMinorVersionUpgrade,
    CopyTagsToSnapshot,
  };
}

function stepOf(
  original: DBInstance | undefined,
  name: string,
  into: string,
  wish: RestoreWish,
): RestoreStep {
  const like = original
    ? likeOriginal(original)
    : // Nobody knows where it was: then at least not open to the internet.
      { PubliclyAccessible: false };
  const all = { ...like, Tags: tagsOfRestored(name, pointIn(wish), original?.TagList) };
  const made = () => into;
  if (wish.time) {
    const call = restoreDBInstanceToPointInTime({
      ...all,
      SourceDBInstanceIdentifier: name,
      TargetDBInstanceIdentifier: into,
      RestoreTime: wish.time,
    });
    const words = `the database ${into}, as ${name} was at ${wish.time.toISOString()}`;
    return { words, write: restoreDBInstanceToPointInTime, call, made };
  }
  const call = restoreDBInstanceFromDBSnapshot({
    ...all,
    DBSnapshotIdentifier: wish.point.id,
    DBInstanceIdentifier: into,
  });
  const words = `the database ${into}, of ${wish.point.id}`;
  return { words, write: restoreDBInstanceFromDBSnapshot, call, made };
}

/** @param name of the database */
export async function databaseOf(place: RestorePlace, name: string): Promise<Restorable> {
  const read = reader(reads, place.clients, place.region);
  const named = (id: string) => ({ Filters: [{ Name: "db-instance-id", Values: [id] }] });
  const [original] = await Array.fromAsync(read(describeDBInstances(named(name))));
  const cluster = original?.DBClusterIdentifier;
  if (cluster !== undefined)
    throw new UsageError(
      `db:${name} belongs to a cluster, which is restored as a whole: cluster:${cluster}`,
    );
  const snapshots = await Array.fromAsync(read(describeDBSnapshots(named(name))));
  const kept = await Promise.all(snapshots.map((snapshot) => pointOf(place, snapshot)));
  const points = [...kept, ...(original ? windowOf(original) : [])];
  return {
    points,
    async plan(wish): Promise<RestorePlan> {
      assertUsable(wish.point);
      const into = newNameOf(name, wish.time ?? wish.point.at, wish.name);
      const taken = await Array.fromAsync(read(describeDBInstances(named(into))));
      assertFree("database", into, taken);
      return {
        point: wish.point,
        steps: [stepOf(original, name, into, wish)],
        cost: "that of a second database of its class while it is there, which is not known here",
        notes: original
          ? []
          : [
              `${name} is gone: it comes with the default network, groups and parameters, and is not public`,
            ],
        switching: () => renaming("instance", { region: place.region, name, into }),
      };
    },
  };
}
