/** Snapshots of databases, of instances and of clusters, as pieces of their sets: each is one by itself. */
import type { DBClusterSnapshot, DBSnapshot, Tag } from "@aws-sdk/client-rds";
import { snapshotPrefix } from "../../../aws/rds/snapshot.ts";
import { type SetName, setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { databaseMaker } from "../database-backups/back-up.ts";
import { isMade } from "../database-backups/status.ts";
import type { Piece } from "../sparing.ts";

/** A snapshot by hand of either kind, that says by its name and its tags that it is ours. */
export interface OwnSnapshot extends SetName {
  /** As at the end of its ARN: an instance's and a cluster's may have one name. */
  readonly id: string;
  readonly name: string;
  readonly arn: string | undefined;
  readonly kind: "instance" | "cluster";
  readonly status: string;
  readonly tags: readonly Tag[];
  /** The database's own id, which no other is given; its name where RDS does not say. */
  readonly resource: string;
  readonly engine: string | undefined;
  readonly gibibytes: number | undefined;
  readonly madeAt: Date | undefined;
  readonly isEncrypted?: boolean | undefined;
  /** Of an instance's. */
  readonly optionGroup?: string | undefined;
}

const prefixes = { instance: "snapshot:", cluster: "cluster-snapshot:" } as const;

/** The id that a record's name for it stands for. */
export const idOfMade = (name: string, { about }: SetName): string =>
  `${about.startsWith("cluster:") ? prefixes.cluster : prefixes.instance}${name}`;

function ownSet(name: string, tags: readonly Tag[], maker: string): SetName | undefined {
  const tagged = { Tags: [...tags] };
  if (!name.startsWith(snapshotPrefix) || tagIn(tagged, tagOf.unit) !== maker) return;
  return setNameIn(tagged);
}

function ownInstanceSnapshot(snapshot: DBSnapshot, maker: string): OwnSnapshot[] {
  const { DBSnapshotIdentifier: name = "", TagList: tags = [], DbiResourceId } = snapshot;
  const set = ownSet(name, tags, maker);
  if (!set) return [];
  return [
    {
      ...set,
      id: `${prefixes.instance}${name}`,
      name,
      arn: snapshot.DBSnapshotArn,
      kind: "instance",
      status: snapshot.Status ?? "",
      tags,
      resource: DbiResourceId ?? `db:${snapshot.DBInstanceIdentifier}`,
      engine: snapshot.Engine,
      gibibytes: snapshot.AllocatedStorage,
      madeAt: snapshot.SnapshotCreateTime,
      isEncrypted: snapshot.Encrypted,
      optionGroup: snapshot.OptionGroupName,
    },
  ];
}

function ownClusterSnapshot(snapshot: DBClusterSnapshot, maker: string): OwnSnapshot[] {
  const { DBClusterSnapshotIdentifier: name = "", TagList: tags = [] } = snapshot;
  const set = ownSet(name, tags, maker);
  if (!set) return [];
  return [
    {
      ...set,
      id: `${prefixes.cluster}${name}`,
      name,
      arn: snapshot.DBClusterSnapshotArn,
      kind: "cluster",
      status: snapshot.Status ?? "",
      tags,
      resource: snapshot.DbClusterResourceId ?? `cluster:${snapshot.DBClusterIdentifier}`,
      engine: snapshot.Engine,
      gibibytes: snapshot.AllocatedStorage,
      madeAt: snapshot.SnapshotCreateTime,
      isEncrypted: snapshot.StorageEncrypted,
    },
  ];
}

/**
 * @param maker the unit that they say made them
 * @returns those that are ours, by what they say, and that nobody deletes already
 */
export function ownSnapshots(
  ofInstances: readonly DBSnapshot[],
  ofClusters: readonly DBClusterSnapshot[],
  maker: string = databaseMaker,
): OwnSnapshot[] {
  const all = [
    ...ofInstances.flatMap((each) => ownInstanceSnapshot(each, maker)),
    ...ofClusters.flatMap((each) => ownClusterSnapshot(each, maker)),
  ];
  return all.filter(({ status }) => status !== "deleting" && status !== "deleted");
}

function stateOf(status: string): Piece["state"] {
  if (status === "available") return "complete";
  return isMade(status) ? "failed" : "making";
}

export const piecesOfDatabases = (snapshots: readonly OwnSnapshot[]): Piece[] =>
  snapshots.map(({ id, about, slot, resource, status, tags }) => ({
    id,
    set: { about, slot },
    resource,
    state: stateOf(status),
    size: 1,
    action: tagIn({ Tags: [...tags] }, tagOf.action),
  }));
