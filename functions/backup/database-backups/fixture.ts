import {
  CreateDBClusterCommand,
  type CreateDBClusterMessage,
  CreateDBInstanceCommand,
  type CreateDBInstanceMessage,
  CreateDBInstanceReadReplicaCommand,
  CreateDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  type Tag,
} from "@aws-sdk/client-rds";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagOf } from "../backup-set.ts";

type Tags = Readonly<Record<string, string>>;

const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** The week began today: no test runs so long that another begins. */
const weekday = weekdays[(new Date().getUTCDay() + 6) % 7] ?? "monday";
export const weeklySnapshots = { every: "week", weekday, at: "00:00" } as const;

const instances: Readonly<Record<string, Tags>> = {
  orders: { backup: "yes", team: "shop" },
  // An exemption that is meant for others: what changes something leaves it alone, a backup does not.
  exempt: { backup: "yes", "nightshift:exempt": "owner=ann@example.com reason=mine" },
  "exempt-by-name": {
    backup: "",
    "nightshift:exempt": "from=database-backups owner=ann@example.com",
  },
  listed: { team: "shop" },
  scratch: { backups: "yes" },
};

/** The first is tagged itself, the second by its instance. */
const clusters: Readonly<Record<string, readonly [cluster: Tags, instance: Tags]>> = {
  sales: [{ backup: "" }, {}],
  ledgers: [{}, { backup: "" }],
  other: [{}, {}],
};

export async function makeInstance(
  aws: TestAccount,
  DBInstanceIdentifier: string,
  tags: Tags,
  more: Pick<
    CreateDBInstanceMessage,
    "BackupRetentionPeriod" | "DBClusterIdentifier" | "DBParameterGroupName"
  > = {},
): Promise<void> {
  await aws.client(RDSClient).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier,
      DBInstanceClass: "db.t4g.medium",
      Engine: more.DBClusterIdentifier ? "aurora-mysql" : "postgres",
      ...(!more.DBClusterIdentifier && {
        AllocatedStorage: 20,
        MasterUsername: "root",
        MasterUserPassword: "not-a-secret",
      }),
      ...more,
      Tags: tagList(tags),
    }),
  );
}

export async function makeCluster(
  aws: TestAccount,
  id: string,
  tags: Tags,
  more: Pick<CreateDBClusterMessage, "DBClusterParameterGroupName" | "Engine"> = {
    Engine: "aurora-mysql",
  },
): Promise<void> {
  await aws.client(RDSClient).send(
    new CreateDBClusterCommand({
      DBClusterIdentifier: id,
      ...more,
      MasterUsername: "root",
      MasterUserPassword: "not-a-secret",
      Tags: tagList(tags),
    }),
  );
}

const differing: ReadonlySet<string | undefined> = new Set([
  tagOf.action,
  tagOf.run,
  "nightshift:token",
]);

/** Without those that differ each time. */
const shown = (tags: readonly Tag[] = []): string[] =>
  tags
    .filter(({ Key = "" }) => !differing.has(Key))
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort();

export const fixture: AutomationFixture = {
  settings: { config: { ...weeklySnapshots, instances: ["listed"] } },
  async seed(aws) {
    for (const [name, tags] of Object.entries(instances)) await makeInstance(aws, name, tags);
    for (const [name, [ofCluster, ofInstance]] of Object.entries(clusters)) {
      await makeCluster(aws, name, ofCluster);
      await makeInstance(aws, `${name}-1`, ofInstance, { DBClusterIdentifier: name });
    }
    const rds = aws.client(RDSClient);
    await rds.send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: "orders-replica",
        SourceDBInstanceIdentifier: "orders",
        Tags: tagList(instances.orders ?? {}),
      }),
    );
    await rds.send(
      new CreateDBSnapshotCommand({
        DBInstanceIdentifier: "scratch",
        DBSnapshotIdentifier: "by-hand",
      }),
    );
  },
  async look(aws) {
    const rds = aws.client(RDSClient);
    const SnapshotType = "manual";
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType }));
    const { DBClusterSnapshots = [] } = await rds.send(
      new DescribeDBClusterSnapshotsCommand({ SnapshotType }),
    );
    const alone = DBInstances.map(({ DBInstanceIdentifier = "", TagList }) => [
      DBInstanceIdentifier,
      {
        tags: shown(TagList),
        snapshots: DBSnapshots.filter((each) => each.DBInstanceIdentifier === DBInstanceIdentifier)
          .map((each) => shown(each.TagList))
          .sort(),
      },
    ]);
    const whole = DBClusters.map(({ DBClusterIdentifier = "", TagList }) => [
      DBClusterIdentifier,
      {
        tags: shown(TagList),
        snapshots: DBClusterSnapshots.filter(
          (each) => each.DBClusterIdentifier === DBClusterIdentifier,
        )
          .map((each) => shown(each.TagList))
          .sort(),
      },
    ]);
    return Object.fromEntries([...alone, ...whole]);
  },
  wrong: ["orders", "exempt", "listed", "sales", "ledgers"],
  held: { "exempt-by-name": "exemption" },
};
