/** Clusters: Aurora, and those over several zones. */
import type { DBCluster, DBClusterSnapshot } from "@aws-sdk/client-rds";
import { describeDBClusters } from "../../aws/rds/database.ts";
import {
  restoreDBClusterFromSnapshot,
  restoreDBClusterToPointInTime,
} from "../../aws/rds/restore.ts";
import { describeDBClusterSnapshots } from "../../aws/rds/snapshot.ts";
import { reader } from "../../engine/run/reader.ts";
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

const reads = [describeDBClusters, describeDBClusterSnapshots] as const;

const pointOf = (place: RestorePlace, snapshot: DBClusterSnapshot): Promise<RestorePoint> => {
  const { Engine = "", EngineVersion = "" } = snapshot;
  return pointOfSnapshot(place, {
    about: `cluster:${snapshot.DBClusterIdentifier}`,
    tags: snapshot.TagList,
    id: snapshot.DBClusterSnapshotIdentifier,
    type: snapshot.SnapshotType,
    status: snapshot.Status,
    at: snapshot.SnapshotCreateTime,
    makes: `a cluster, ${Engine} ${EngineVersion}`,
  });
};

const windowOf = ({ EarliestRestorableTime: at, LatestRestorableTime: until }: DBCluster) =>
  at && until ? [pointInTime(at, until, "cluster")] : [];

/** The same network and groups: else it comes into the default ones, and is not reachable. */
const likeOriginal = (original: DBCluster) => ({
  DBSubnetGroupName: original.DBSubnetGroup,
  VpcSecurityGroupIds: original.VpcSecurityGroups?.flatMap(({ VpcSecurityGroupId: id = [] }) => id),
  DBClusterParameterGroupName: original.DBClusterParameterGroup,
  EnableIAMDatabaseAuthentication: original.IAMDatabaseAuthenticationEnabled,
  Port: original.Port,
  CopyTagsToSnapshot: original.CopyTagsToSnapshot,
  ...(original.ServerlessV2ScalingConfiguration && {
    ServerlessV2ScalingConfiguration: original.ServerlessV2ScalingConfiguration,
  }),
});

/** What is asked for, of which cluster, under which name. */
interface ClusterWish extends RestoreWish {
  readonly of: string;
  readonly into: string;
  readonly engine: string;
}

function stepOf(original: DBCluster | undefined, wish: ClusterWish): RestoreStep {
  const { of, into, point, time, engine } = wish;
  const Tags = tagsOfRestored(of, pointIn(wish), original?.TagList);
  const like = { ...(original && likeOriginal(original)), Tags, DBClusterIdentifier: into };
  const made = () => into;
  if (time) {
    const write = restoreDBClusterToPointInTime;
    const call = write({ ...like, SourceDBClusterIdentifier: of, RestoreToTime: time });
    return {
      words: `the cluster ${into}, as ${of} was at ${time.toISOString()}`,
      write,
      call,
      made,
    };
  }
  const write = restoreDBClusterFromSnapshot;
  const call = write({ ...like, SnapshotIdentifier: point.id, Engine: engine });
  return { words: `the cluster ${into}, of ${point.id}`, write, call, made };
}

/** @param name of the cluster */
export async function clusterOf(place: RestorePlace, name: string): Promise<Restorable> {
  const read = reader(reads, place.clients, place.region);
  const named = (id: string) => ({ Filters: [{ Name: "db-cluster-id", Values: [id] }] });
  const [original] = await Array.fromAsync(read(describeDBClusters(named(name))));
  const snapshots = await Array.fromAsync(
    read(describeDBClusterSnapshots({ DBClusterIdentifier: name })),
  );
  const kept = await Promise.all(snapshots.map((snapshot) => pointOf(place, snapshot)));
  return {
    points: [...kept, ...(original ? windowOf(original) : [])],
    async plan(wish): Promise<RestorePlan> {
      assertUsable(wish.point);
      const into = newNameOf(name, wish.time ?? wish.point.at, wish.name);
      const taken = await Array.fromAsync(read(describeDBClusters(named(into))));
      assertFree("cluster", into, taken);
      const engine =
        original?.Engine ??
        snapshots.find((each) => each.DBClusterSnapshotIdentifier === wish.point.id)?.Engine ??
        "";
      const { next, back, remove } = renaming("cluster", { region: place.region, name, into });
      const [wait = "", ...rest] = next;
      const instance = `aws rds create-db-instance --region ${place.region} --db-instance-identifier ${into}-1 --db-cluster-identifier ${into} --engine ${engine} --db-instance-class CLASS`;
      return {
        point: wish.point,
        steps: [stepOf(original, { ...wish, of: name, into, engine })],
        cost: "that of a second cluster while it is there, which is not known here",
        notes: [
          "a restored cluster has no instance: the first command below makes one",
          ...(original ? [] : [`${name} is gone: it comes with the default network and groups`]),
        ],
        switching: () => ({
          next: [wait, instance, ...rest],
          back,
          remove: [
            `aws rds delete-db-instance --region ${place.region} --db-instance-identifier ${into}-1`,
            ...remove,
          ],
        }),
      };
    },
  };
}
