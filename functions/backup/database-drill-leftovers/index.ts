/**
 * Deletes databases that a drill has made and left: because it was stopped while RDS still made them,
 * was denied its own clean-up, or died. Only what bears a drill's name and tags *and* what the ledger
 * says a drill has made: what others name or tag so is held and named. A cluster goes after its
 * instances. What a drill is still at is left to it.
 */
import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import {
  isThrowAwayDatabase,
  throwAwayClusterRemoval,
  throwAwayInstanceRemoval,
} from "../../../aws/rds/throw-away.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { isPassingState } from "../database-drill/compared-database.ts";
import {
  leftoverConfig as config,
  isLeftBehind,
  type LeftoverStanding,
  leftBehind,
  notMadeByDrill,
  standingOfLeftover,
} from "../drill-leftover.ts";
import { databaseDriller } from "../drilled.ts";

const removeInstance = throwAwayInstanceRemoval();
const removeCluster = throwAwayClusterRemoval();
const reads = [describeDBInstances, describeDBClusters] as const;

/** A database of a drill's name, of either kind. */
interface DrillDatabase {
  readonly kind: "instance" | "cluster";
  readonly name: string;
  readonly status: string;
  readonly madeAt: Date;
  readonly tags: readonly Tag[];
  /** Of a cluster: its instances that nobody deletes yet. */
  readonly members: number;
  readonly engine: string | undefined;
}

interface Found extends LeftoverStanding {
  readonly database: DrillDatabase;
}

const idOf = ({ kind, name }: DrillDatabase): string =>
  `${kind === "instance" ? "db" : "cluster"}:${name}`;

const asInstance = (instance: DBInstance): DrillDatabase => ({
  kind: "instance",
  name: instance.DBInstanceIdentifier ?? "",
  status: instance.DBInstanceStatus ?? "",
  // RDS says none of one that was never made whole.
  madeAt: instance.InstanceCreateTime ?? new Date(0),
  tags: instance.TagList ?? [],
  members: 0,
  engine: instance.Engine,
});

const asCluster = (cluster: DBCluster, instances: readonly DBInstance[]): DrillDatabase => ({
  kind: "cluster",
  name: cluster.DBClusterIdentifier ?? "",
  status: cluster.Status ?? "",
  madeAt: cluster.ClusterCreateTime ?? new Date(0),
  tags: cluster.TagList ?? [],
  members: instances.filter(
    ({ DBClusterIdentifier, DBInstanceStatus }) =>
      DBClusterIdentifier === cluster.DBClusterIdentifier && DBInstanceStatus !== "deleting",
  ).length,
  engine: cluster.Engine,
});

/** RDS knows no filter by the beginning of a name: all are listed, a hundred in a request. */
async function databasesOf(read: Reader<typeof reads>): Promise<DrillDatabase[]> {
  const instances: DBInstance[] = [];
  for await (const instance of read(describeDBInstances({}))) {
    const { DBInstanceIdentifier, DBClusterIdentifier } = instance;
    if ([DBInstanceIdentifier, DBClusterIdentifier].some(isThrowAwayDatabase))
      instances.push(instance);
  }
  const clusters: DrillDatabase[] = [];
  for await (const cluster of read(describeDBClusters({})))
    if (isThrowAwayDatabase(cluster.DBClusterIdentifier))
      clusters.push(asCluster(cluster, instances));
  const own = instances.filter(({ DBInstanceIdentifier: name }) => isThrowAwayDatabase(name));
  return [...own.map(asInstance), ...clusters];
}

/** The drill that its tags name. */
function drillOf({ tags }: DrillDatabase) {
  const Tags = [...tags];
  const action = tagIn({ Tags }, tagOf.action);
  const run = tagIn({ Tags }, tagOf.run);
  return action && run ? { unit: databaseDriller, run, action } : undefined;
}

export default automation({
  id: "database-drill-leftovers",
  family: "backup",
  summary: "Deletes databases that restore drills made and left, by name, tags and ledger",
  on: [sweep("cron(45 * * * ? *)", { window: minutes(10) })],
  config,
  remembers: [databaseDriller],
  caps: () => ({ changes: 50, percent: 100 }),
  reads,
  writes: [removeInstance, removeCluster],

  async *find(search) {
    for (const database of await databasesOf(search.read)) {
      if (search.only && !search.only.includes(idOf(database))) continue;
      const standing = await standingOfLeftover(drillOf(database), database.name, search);
      yield { database, ...standing } satisfies Found;
    }
  },

  target: ({ database, ...standing }) => ({
    id: idOf(database),
    tags: database.tags,
    ...notMadeByDrill(standing, "name"),
  }),
  state: ({ database: { engine, status } }) => ({ engine, status }),
  becomes: () => null,

  propose({ database, ...standing }, looking) {
    const { kind, name, status, madeAt, members } = database;
    if (!isLeftBehind(standing, madeAt, looking)) return;
    // One that is still being made can only be waited for; one that is deleted already is gone soon.
    if (isPassingState(status) || status === "deleting" || members) return;
    const SkipFinalSnapshot = true;
    return kind === "instance"
      ? {
          because: leftBehind,
          call: removeInstance({ DBInstanceIdentifier: name, SkipFinalSnapshot }),
        }
      : {
          because: leftBehind,
          call: removeCluster({ DBClusterIdentifier: name, SkipFinalSnapshot }),
        };
  },
});
