/** Which databases are backed up: an instance that stands by itself, or a cluster as a whole. */
import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const databasePlanReads = [describeDBInstances, describeDBClusters] as const;

export interface ProtectedDatabase {
  /** `db:orders` or `cluster:orders`, as at the end of its ARN: one name may be both. */
  readonly about: string;
  readonly tags: readonly Tag[];
  readonly engine: string;
  /** As RDS calls it. */
  readonly status: string;
  /** Days back to which it can be restored to a point in time; 0: not at all. */
  readonly pointInTime: number;
}

/** The settings' part that says which. */
export interface ChosenDatabases {
  readonly tag: string;
  readonly instances: readonly string[];
  readonly clusters: readonly string[];
}

type Tagged = Pick<DBInstance | DBCluster, "TagList">;

const carries = ({ TagList = [] }: Tagged, tag: string): boolean =>
  TagList.some(({ Key }) => Key === tag);

/** The tag is often on the instances alone: one that carries it is enough for its cluster. */
const isChosenCluster = (
  cluster: DBCluster,
  instances: readonly DBInstance[],
  { tag, clusters }: ChosenDatabases,
): boolean =>
  carries(cluster, tag) ||
  clusters.includes(cluster.DBClusterIdentifier ?? "") ||
  instances.some(
    (each) => each.DBClusterIdentifier === cluster.DBClusterIdentifier && carries(each, tag),
  );

const isChosenInstance = (instance: DBInstance, { tag, instances }: ChosenDatabases): boolean =>
  instances.includes(instance.DBInstanceIdentifier ?? "") || carries(instance, tag);

/**
 * A replica that has its source's tags holds what the source's snapshot holds; one that the settings
 * name is meant. A source in another region is told by its ARN, and is none of those here.
 */
function isCovered(
  instance: DBInstance,
  all: readonly DBInstance[],
  chosen: ChosenDatabases,
): boolean {
  const { ReadReplicaSourceDBInstanceIdentifier: source, DBInstanceIdentifier = "" } = instance;
  if (!source || chosen.instances.includes(DBInstanceIdentifier)) return false;
  return all.some((each) => each.DBInstanceIdentifier === source && isChosenInstance(each, chosen));
}

const ofInstance = (instance: DBInstance): ProtectedDatabase => ({
  about: `db:${instance.DBInstanceIdentifier}`,
  tags: instance.TagList ?? [],
  engine: instance.Engine ?? "",
  status: instance.DBInstanceStatus ?? "",
  pointInTime: instance.BackupRetentionPeriod ?? 0,
});
const ofCluster = (cluster: DBCluster): ProtectedDatabase => ({
  about: `cluster:${cluster.DBClusterIdentifier}`,
  tags: cluster.TagList ?? [],
  engine: cluster.Engine ?? "",
  status: cluster.Status ?? "",
  pointInTime: cluster.BackupRetentionPeriod ?? 0,
});

/** What there is, of which a part is chosen. */
export interface Databases {
  readonly instances: readonly DBInstance[];
  readonly clusters: readonly DBCluster[];
}

/** @returns each once, without what is being deleted */
export function chosenOf(
  { instances, clusters }: Databases,
  chosen: ChosenDatabases,
): ProtectedDatabase[] {
  const alone = instances.filter(
    (each) =>
      !each.DBClusterIdentifier &&
      isChosenInstance(each, chosen) &&
      !isCovered(each, instances, chosen),
  );
  const whole = clusters.filter((each) => isChosenCluster(each, instances, chosen));
  return [...alone.map(ofInstance), ...whole.map(ofCluster)].filter(
    ({ status }) => status !== "deleting",
  );
}

/** @returns what the plan says by tag or list, also where what it is a part or a replica of is backed up in its place */
export function selectedDatabases(
  { instances, clusters }: Databases,
  chosen: ChosenDatabases,
): ReadonlySet<string> {
  return new Set([
    ...instances
      .filter((each) => isChosenInstance(each, chosen))
      .map((each) => ofInstance(each).about),
    ...clusters
      .filter((each) => isChosenCluster(each, instances, chosen))
      .map((each) => ofCluster(each).about),
  ]);
}

/** What a tag or a source says of one, others say too: so all are listed, a hundred in a request. */
export async function listDatabases(read: Reader<typeof databasePlanReads>): Promise<Databases> {
  const [instances, clusters] = await Promise.all([
    Array.fromAsync(read(describeDBInstances({}))),
    Array.fromAsync(read(describeDBClusters({}))),
  ]);
  return { instances, clusters };
}
