/** What RDS does not stop, and who else decides whether a database runs. */
import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import { managedBy } from "../../sdk/managed-by.ts";

/**
 * By its own description: who or what else decides whether it runs (rule: managed-by-others).
 * @param instance one that stands by itself: those of a cluster run with it
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
 */
export function databaseManager(instance: DBInstance): string | undefined {
  const { Engine = "", TagList } = instance;
  const by = managedBy(TagList);
  if (by) return by;
  const source =
    instance.ReadReplicaSourceDBInstanceIdentifier ?? instance.ReadReplicaSourceDBClusterIdentifier;
  if (source) return `${source}, which it replicates: RDS stops no read replica`;
  const replicas = [
    ...(instance.ReadReplicaDBInstanceIdentifiers ?? []),
    ...(instance.ReadReplicaDBClusterIdentifiers ?? []),
  ];
  if (replicas.length)
    return `${replicas.join(", ")}, which replicates it: RDS stops nothing that has a read replica`;
  if (Engine.startsWith("custom-")) return "RDS Custom, which its operator stops";
  if (Engine.startsWith("sqlserver-") && instance.MultiAZ)
    return "its second zone: RDS stops no SQL Server over several zones";
  return undefined;
}

/** Of Aurora by itself: no instance of a cluster is stopped alone. */
export const isAurora = ({ Engine = "" }: Pick<DBCluster, "Engine">): boolean =>
  Engine === "aurora" || Engine.startsWith("aurora-");

const modes: Readonly<Record<string, string>> = {
  serverless: "Aurora Serverless v1, which pauses by itself",
  global: "the global database that it is a part of: RDS stops no part of one",
  multimaster: "its several writers: RDS stops no such cluster",
};

/** What RDS lists too, and is not of it. */
const others: Readonly<Record<string, string>> = {
  docdb: "Amazon DocumentDB, to which it belongs: RDS does not stop it",
  neptune: "Amazon Neptune, to which it belongs: RDS does not stop it",
};

/** Of Serverless v2 down to nothing: it costs nothing while nobody is connected. */
const pausesItself = ({ ServerlessV2ScalingConfiguration: scaling }: DBCluster): boolean =>
  scaling?.MinCapacity === 0;

/**
 * By its own description: who or what else decides whether it runs (rule: managed-by-others).
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-cluster-stop-start.html
 */
export function clusterManager(cluster: DBCluster): string | undefined {
  const by = managedBy(cluster.TagList);
  if (by) return by;
  const other = others[cluster.Engine ?? ""];
  if (other) return other;
  if (!isAurora(cluster)) return "its several zones: RDS stops clusters of Aurora alone";
  const mode = modes[cluster.EngineMode ?? ""];
  if (mode) return mode;
  if (cluster.GlobalClusterIdentifier)
    return `the global database ${cluster.GlobalClusterIdentifier}: RDS stops no part of one`;
  if (cluster.ReplicationSourceIdentifier)
    return `${cluster.ReplicationSourceIdentifier}, which it replicates: RDS stops no replica`;
  if (cluster.ReadReplicaIdentifiers?.length)
    return `${cluster.ReadReplicaIdentifiers.join(", ")}, which replicates it: RDS stops nothing that has a replica`;
  if (cluster.ClusterScalabilityType === "limitless")
    return "Aurora Limitless, which RDS does not stop";
  if (pausesItself(cluster)) return "Aurora Serverless v2, which pauses by itself";
  return undefined;
}
