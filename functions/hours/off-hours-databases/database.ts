/** Databases as this unit sees them: an instance that stands by itself, or a cluster as a whole. */
import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { clusterManager, databaseManager } from "../../../aws/rds/stopping.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { before, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { managingTags } from "../looking.ts";

export const databaseListings = [describeDBInstances, describeDBClusters] as const;

/** Where it is looked, and whether those of stacks are for this unit. */
export interface DatabaseListing {
  readonly read: Reader<typeof databaseListings>;
  readonly ofStacks: boolean;
}

export interface Database {
  /** `db:orders` or `cluster:sales`, as at the end of its ARN: one name may be both. */
  readonly id: string;
  readonly tags: readonly Tag[];
  /** As RDS calls it. */
  readonly status: string;
  readonly createdAt: Date | undefined;
  readonly stoppedAt: Date | undefined;
  /** Who else decides whether it runs, or why RDS does not stop it. */
  readonly managed: string | undefined;
  /** The cluster that it belongs to, and with which alone it is stopped. */
  readonly memberOf: string | undefined;
}

/** A stopped one tells when RDS will start it again, which is so long after its stop. */
const longestStop = days(7);

const stopOf = (restartsAt: Date | undefined): Date | undefined =>
  restartsAt && before(restartsAt, longestStop);

const ofInstance = (instance: DBInstance, ofStacks: boolean): Database => ({
  id: `db:${instance.DBInstanceIdentifier}`,
  tags: instance.TagList ?? [],
  status: instance.DBInstanceStatus ?? "",
  createdAt: instance.InstanceCreateTime,
  stoppedAt: stopOf(instance.AutomaticRestartTime),
  managed: databaseManager({ ...instance, TagList: managingTags(instance.TagList, ofStacks) }),
  memberOf: instance.DBClusterIdentifier,
});

const ofCluster = (cluster: DBCluster, ofStacks: boolean): Database => ({
  id: `cluster:${cluster.DBClusterIdentifier}`,
  tags: cluster.TagList ?? [],
  status: cluster.Status ?? "",
  createdAt: cluster.ClusterCreateTime,
  stoppedAt: stopOf(cluster.AutomaticRestartTime),
  managed: clusterManager({ ...cluster, TagList: managingTags(cluster.TagList, ofStacks) }),
  memberOf: undefined,
});

const isThere = ({ status }: Database): boolean => status !== "deleting";

/** RDS knows no filter by tags: all are listed, a hundred in a request. */
export async function everyDatabase({ read, ofStacks }: DatabaseListing): Promise<Database[]> {
  const [instances, clusters] = await Promise.all([
    Array.fromAsync(read(describeDBInstances({}))),
    Array.fromAsync(read(describeDBClusters({}))),
  ]);
  return [
    ...instances.map((each) => ofInstance(each, ofStacks)),
    ...clusters.map((each) => ofCluster(each, ofStacks)),
  ].filter(isThere);
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
export async function databasesNamed(
  ids: readonly string[],
  { read, ofStacks }: DatabaseListing,
): Promise<Database[]> {
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
    for await (const each of read(describeDBInstances({ Filters })))
      found.push(ofInstance(each, ofStacks));
  }
  for (const Values of asked(true)) {
    const Filters = [{ Name: "db-cluster-id", Values }];
    for await (const each of read(describeDBClusters({ Filters })))
      found.push(ofCluster(each, ofStacks));
  }
  return found.filter(isThere);
}
