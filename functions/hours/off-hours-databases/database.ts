/** Databases as this unit sees them: an instance that stands by itself, or a cluster as a whole. */
import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const databaseListings = [describeDBInstances, describeDBClusters] as const;
type Read = Reader<typeof databaseListings>;

export interface Database {
  /** `db:orders` or `cluster:sales`, as at the end of its ARN: one name may be both. */
  readonly id: string;
  readonly tags: readonly Tag[];
  /** As RDS calls it. */
  readonly status: string;
  readonly createdAt: Date | undefined;
  readonly stoppedAt: Date | undefined;
  /** Why RDS never stops it, as it reads in "left alone on account of …". */
  readonly unstoppable: string | undefined;
  /** The cluster that it belongs to, and with which alone it is stopped. */
  readonly memberOf: string | undefined;
}

/** A stopped one tells when RDS will start it again, which is so long after its stop. */
const longestStop = days(7);

const stopOf = (restartsAt: Date | undefined): Date | undefined =>
  restartsAt && before(restartsAt, longestStop);

function unstoppableInstance(instance: DBInstance): string | undefined {
  const { Engine = "", MultiAZ } = instance;
  const source =
    instance.ReadReplicaSourceDBInstanceIdentifier ?? instance.ReadReplicaSourceDBClusterIdentifier;
  const replicas = [
    ...(instance.ReadReplicaDBInstanceIdentifiers ?? []),
    ...(instance.ReadReplicaDBClusterIdentifiers ?? []),
  ];
  if (source) return `being a read replica of ${source}: RDS stops none`;
  if (replicas.length)
    return `its read replica ${replicas.join(", ")}: RDS stops no database that has one`;
  if (Engine.startsWith("custom-")) return "RDS Custom, which has conditions of its own for a stop";
  if (Engine.startsWith("sqlserver") && MultiAZ)
    return "being SQL Server in several zones, which RDS does not stop";
  return undefined;
}

const otherEngines: Readonly<Record<string, string>> = { docdb: "DocumentDB", neptune: "Neptune" };

function unstoppableCluster(cluster: DBCluster): string | undefined {
  const { Engine = "", EngineMode, GlobalClusterIdentifier: global } = cluster;
  const other = otherEngines[Engine];
  if (other) return `its engine: ${other} is no database of RDS, and is not stopped here`;
  if (!Engine.startsWith("aurora"))
    return "being a cluster over several zones that is not Aurora: RDS stops none";
  if (EngineMode === "serverless") return "being Aurora Serverless v1, which pauses by itself";
  if (global || EngineMode === "global")
    return `the global database ${global ?? "that it belongs to"}: RDS stops none of its clusters`;
  const { ReplicationSourceIdentifier: source, ReadReplicaIdentifiers: replicas = [] } = cluster;
  if (source) return `being a replica of ${source}: RDS stops none`;
  if (replicas.length)
    return `its replica ${replicas.join(", ")}: RDS stops no cluster that has one`;
  return undefined;
}

const ofInstance = (instance: DBInstance): Database => ({
  id: `db:${instance.DBInstanceIdentifier}`,
  tags: instance.TagList ?? [],
  status: instance.DBInstanceStatus ?? "",
  createdAt: instance.InstanceCreateTime,
  stoppedAt: stopOf(instance.AutomaticRestartTime),
  unstoppable: unstoppableInstance(instance),
  memberOf: instance.DBClusterIdentifier,
});

const ofCluster = (cluster: DBCluster): Database => ({
  id: `cluster:${cluster.DBClusterIdentifier}`,
  tags: cluster.TagList ?? [],
  status: cluster.Status ?? "",
  createdAt: cluster.ClusterCreateTime,
  stoppedAt: stopOf(cluster.AutomaticRestartTime),
  unstoppable: unstoppableCluster(cluster),
  memberOf: undefined,
});

const isThere = ({ status }: Database): boolean => status !== "deleting";

/** RDS knows no filter by tags: all are listed, a hundred in a request. */
export async function everyDatabase(read: Read): Promise<Database[]> {
  const [instances, clusters] = await Promise.all([
    Array.fromAsync(read(describeDBInstances({}))),
    Array.fromAsync(read(describeDBClusters({}))),
  ]);
  return [...instances.map(ofInstance), ...clusters.map(ofCluster)].filter(isThere);
}

/** What it is, and RDS's name for it. */
export interface DatabaseName {
  readonly isCluster: boolean;
  readonly identifier: string;
}

export const databaseName = (id: string): DatabaseName => ({
  isCluster: id.startsWith("cluster:"),
  identifier: id.slice(id.indexOf(":") + 1),
});

/** What a filter takes. */
const filterValues = 100;

/** By filter: one that is gone must not fail the others. */
export async function databasesNamed(ids: readonly string[], read: Read): Promise<Database[]> {
  const names = ids.map(databaseName);
  const found: Database[] = [];
  const asked = (isCluster: boolean) => {
    const some = names.filter((each) => each.isCluster === isCluster);
    return chunks(
      some.map(({ identifier }) => identifier),
      filterValues,
    );
  };
  for (const Values of asked(false)) {
    const Filters = [{ Name: "db-instance-id", Values }];
    for await (const each of read(describeDBInstances({ Filters }))) found.push(ofInstance(each));
  }
  for (const Values of asked(true)) {
    const Filters = [{ Name: "db-cluster-id", Values }];
    for await (const each of read(describeDBClusters({ Filters }))) found.push(ofCluster(each));
  }
  return found.filter(isThere);
}
