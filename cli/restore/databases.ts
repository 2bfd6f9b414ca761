/** Databases of RDS that stand by themselves. */
import type { DBInstance, DBSnapshot } from "@aws-sdk/client-rds";
import { describeDBInstances } from "../../aws/rds/database.ts";
import {
  restoreDBInstanceFromDBSnapshot,
  restoreDBInstanceToPointInTime,
} from "../../aws/rds/restore.ts";
import { describeDBSnapshots, snapshotPrefix } from "../../aws/rds/snapshot.ts";
import { reader } from "../../engine/run/reader.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { before, days } from "../../sdk/time.ts";
import type { RestorePlace } from "./place.ts";
import {
  assertUsable,
  notDrilled,
  ownTags,
  type Restorable,
  type RestorePlan,
  type RestorePoint,
  type RestoreStep,
  type RestoreWish,
  restoredTags,
  type Switching,
  stampOf,
} from "./point.ts";

const reads = [describeDBInstances, describeDBSnapshots] as const;

export const windowId = "window";

function pointOfSnapshot(snapshot: DBSnapshot): RestorePoint {
  const { DBSnapshotIdentifier: id = "", SnapshotType, Status, SnapshotCreateTime } = snapshot;
  const { AllocatedStorage = 0, Engine = "", EngineVersion = "" } = snapshot;
  const ours = SnapshotType === "manual" && id.startsWith(snapshotPrefix);
  return {
    id,
    at: SnapshotCreateTime ?? new Date(0),
    what: ours ? "snapshot by a name of ours" : `snapshot of RDS, ${SnapshotType ?? "unknown"}`,
    makes: `a database, ${Engine} ${EngineVersion}, ${AllocatedStorage} GB`,
    proof: notDrilled,
    ...(Status !== "available" && { refusal: `its state is ${Status ?? "unknown"}` }),
  };
}

/** From the newest that is asked for backwards, as far as backups are kept. */
function windowOf({
  LatestRestorableTime: until,
  InstanceCreateTime: made = new Date(0),
  BackupRetentionPeriod: kept = 0,
}: DBInstance): RestorePoint[] {
  if (!until || !kept) return [];
  const first = before(until, days(kept));
  return [
    {
      id: windowId,
      at: first > made ? first : made,
      until,
      what: "point in time: any time in it, as --at TIME",
      makes: "a database, as it was then",
      proof: notDrilled,
    },
  ];
}

const tagsFor = (of: string, { point, time }: RestoreWish, tags: DBInstance["TagList"]) => [
  ...ownTags(tags ?? []),
  ...Object.entries(restoredTags(of, time?.toISOString() ?? point.id)).map(([Key, Value]) => ({
    Key,
    Value,
  })),
];

/** RDS's own belongs to one version, and RDS takes the right one by itself. */
const unlessDefault = (group: string | undefined): string | undefined =>
  group === undefined || /^default[.:]/.test(group) ? undefined : group;

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
    DBParameterGroupName: unlessDefault(parameters?.DBParameterGroupName),
    OptionGroupName: unlessDefault(options?.OptionGroupName),
    PubliclyAccessible: original.PubliclyAccessible ?? false,
    EnableIAMDatabaseAuthentication: original.IAMDatabaseAuthenticationEnabled,
    Port: Endpoint?.Port,
    MultiAZ,
    StorageType,
    AutoMinorVersionUpgrade,
    CopyTagsToSnapshot,
  };
}

/** RDS takes 63 characters, letters, digits and single hyphens. */
export function newNameOf(name: string, at: Date, asked: string | undefined): string {
  const made = asked ?? `${name.slice(0, 40).replace(/-$/, "")}-restored-${stampOf(at)}`;
  if (/^[a-z](-?[a-z0-9]){0,62}$/i.test(made)) return made;
  throw new UsageError(
    `--name ${made} is not one of RDS: 1 to 63 letters, digits and single hyphens, a letter first`,
  );
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
  const all = { ...like, Tags: tagsFor(name, wish, original?.TagList) };
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

/** Names are exchanged, so that nobody has to learn a new address. */
export function renaming(
  kind: "instance" | "cluster",
  { region, name, into }: { readonly region: string; readonly name: string; readonly into: string },
): Switching {
  const renamed = (from: string, to: string): string =>
    `aws rds modify-db-${kind} --region ${region} --db-${kind}-identifier ${from} --new-db-${kind}-identifier ${to} --apply-immediately`;
  const wait = (id: string): string =>
    `aws rds wait db-${kind}-available --region ${region} --db-${kind}-identifier ${id}`;
  const aside = `${name.slice(0, 56).replace(/-$/, "")}-before`;
  return {
    next: [wait(into), renamed(name, aside), wait(aside), renamed(into, name), wait(name)],
    back: [renamed(name, into), wait(into), renamed(aside, name), wait(name)],
    remove: [
      `aws rds delete-db-${kind} --region ${region} --db-${kind}-identifier ${into} --skip-final-snapshot`,
    ],
  };
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
  const points = [...snapshots.map(pointOfSnapshot), ...(original ? windowOf(original) : [])];
  return {
    points,
    async plan(wish): Promise<RestorePlan> {
      assertUsable(wish.point);
      const into = newNameOf(name, wish.time ?? wish.point.at, wish.name);
      const taken = await Array.fromAsync(read(describeDBInstances(named(into))));
      if (taken.length)
        throw new NotPossible(
          `there is a database ${into} already: give another name with --name, nothing is restored over it`,
        );
      return {
        point: wish.point,
        steps: [stepOf(original, name, into, wish)],
        cost: "unknown: that of a second database of its class while it is there",
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
