/** Databases as RDS lists them: an instance that stands by itself, or a cluster as a whole. */
import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { clusterManager, databaseManager } from "../../../aws/rds/stopping.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfDatabases = [describeDBInstances, describeDBClusters] as const;

export interface RdsDatabase {
  readonly kind: "db" | "cluster";
  readonly name: string;
  /** As RDS calls it. */
  readonly status: string;
  readonly madeAt: Date | undefined;
  readonly tags: readonly Tag[];
  /** Who or what else decides whether it runs. */
  readonly manager: string | undefined;
}

/** `db:orders` or `cluster:orders`, as at the end of its ARN: one name may be both. */
export const databaseId = ({ kind, name }: Pick<RdsDatabase, "kind" | "name">): string =>
  `${kind}:${name}`;

/** Those of a cluster run with it. */
export const standingAlone = (instances: readonly DBInstance[]): RdsDatabase[] =>
  instances
    .filter(({ DBClusterIdentifier }) => !DBClusterIdentifier)
    .map((instance) => ({
      kind: "db",
      name: instance.DBInstanceIdentifier ?? "",
      status: instance.DBInstanceStatus ?? "",
      madeAt: instance.InstanceCreateTime,
      tags: instance.TagList ?? [],
      manager: databaseManager(instance),
    }));

/** The same API tells of them, and they are other services'. */
const foreign: ReadonlySet<string | undefined> = new Set(["docdb", "neptune"]);

/** Those without an instance, which cost nothing that a stop would save, are none. */
export const clustersOf = (clusters: readonly DBCluster[]): RdsDatabase[] =>
  clusters
    .filter(({ Engine, DBClusterMembers = [] }) => !foreign.has(Engine) && DBClusterMembers.length)
    .map((cluster) => ({
      kind: "cluster",
      name: cluster.DBClusterIdentifier ?? "",
      status: cluster.Status ?? "",
      madeAt: cluster.ClusterCreateTime,
      tags: cluster.TagList ?? [],
      manager: clusterManager(cluster),
    }));

/** A filter takes so many values. */
const filterValues = 50;

/** By filter: one that is gone must not fail the others. */
export async function rdsDatabasesNamed(
  read: Reader<typeof readsOfDatabases>,
  ids: readonly string[],
): Promise<RdsDatabase[]> {
  const namesOf = (kind: RdsDatabase["kind"]) =>
    ids.filter((id) => id.startsWith(`${kind}:`)).map((id) => id.slice(kind.length + 1));
  const found: RdsDatabase[] = [];
  for (const Values of chunks(namesOf("db"), filterValues)) {
    const Filters = [{ Name: "db-instance-id", Values }];
    found.push(...standingAlone(await Array.fromAsync(read(describeDBInstances({ Filters })))));
  }
  for (const Values of chunks(namesOf("cluster"), filterValues)) {
    const Filters = [{ Name: "db-cluster-id", Values }];
    found.push(...clustersOf(await Array.fromAsync(read(describeDBClusters({ Filters })))));
  }
  return found;
}
