import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  type CreateDBInstanceCommandInput,
  CreateDBInstanceReadReplicaCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

export interface SeededDatabase {
  readonly connections: number;
  readonly cpu: number;
  /** How many hours it has been measured. */
  readonly hours: number;
  readonly tags?: Readonly<Record<string, string>>;
}

const idle: SeededDatabase = { connections: 0, cpu: 3, hours: 26 };

/** Those with `aged` in their name were made long ago. */
const instances: Readonly<Record<string, SeededDatabase>> = {
  "aged-idle": idle,
  "aged-idle-too": { ...idle, tags: { team: "shop" } },
  "aged-busy": { ...idle, connections: 2 },
  "aged-at-work": { ...idle, cpu: 60 },
  "aged-with-gaps": { ...idle, hours: 6 },
  young: idle,
  "aged-exempt": { ...idle, tags: { "nightshift:exempt": "reason=mine" } },
  "aged-of-a-stack": { ...idle, tags: { "aws:cloudformation:stack-name": "shop" } },
  "aged-by-hours": { ...idle, tags: { "nightshift:hours": "office" } },
  "aged-source": idle,
};

const clusters: Readonly<Record<string, SeededDatabase>> = {
  "aged-sales": idle,
  "aged-ledgers": { ...idle, connections: 1 },
};

const tagList = (tags: SeededDatabase["tags"] = {}) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** @param until of what was measured, the last hour */
export async function measure(
  aws: TestAccount,
  dimension: { readonly Name: string; readonly Value: string },
  { connections, cpu, hours: number }: SeededDatabase,
  until = new Date(),
): Promise<void> {
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: number }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions: [dimension],
      Timestamp: before(until, hours(hour)),
    }));
  const MetricData = [
    ...points("DatabaseConnections", connections),
    ...points("CPUUtilization", cpu),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/RDS", MetricData }));
}

const ofInstance = (Value: string) => ({ Name: "DBInstanceIdentifier", Value });

async function makeInstance(
  aws: TestAccount,
  name: string,
  seeded: SeededDatabase,
  more: Partial<CreateDBInstanceCommandInput> = {},
): Promise<void> {
  await aws.client(RDSClient).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: name,
      DBInstanceClass: "db.t4g.medium",
      Engine: "postgres",
      AllocatedStorage: 20,
      MasterUsername: "app",
      MasterUserPassword: "not-a-secret",
      Tags: tagList(seeded.tags),
      ...more,
    }),
  );
  await measure(aws, ofInstance(name), seeded);
}

async function makeCluster(aws: TestAccount, name: string, seeded: SeededDatabase): Promise<void> {
  const rds = aws.client(RDSClient);
  await rds.send(
    new CreateDBClusterCommand({
      DBClusterIdentifier: name,
      Engine: "aurora-mysql",
      MasterUsername: "app",
      MasterUserPassword: "not-a-secret",
      Tags: tagList(seeded.tags),
    }),
  );
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: `${name}-1`,
      DBInstanceClass: "db.t4g.medium",
      Engine: "aurora-mysql",
      DBClusterIdentifier: name,
    }),
  );
  await measure(aws, { Name: "DBClusterIdentifier", Value: name }, seeded);
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    for (const [name, seeded] of Object.entries(instances)) await makeInstance(aws, name, seeded);
    for (const [name, seeded] of Object.entries(clusters)) await makeCluster(aws, name, seeded);
    await aws.client(RDSClient).send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: "aged-replica",
        SourceDBInstanceIdentifier: "aged-source",
      }),
    );
    await measure(aws, ofInstance("aged-replica"), idle);
  },
  async look(aws) {
    const rds = aws.client(RDSClient);
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
    const alone = DBInstances.map(
      ({ DBInstanceIdentifier = "", DBInstanceStatus, DBInstanceClass, Engine, TagList }) => [
        DBInstanceIdentifier,
        { status: DBInstanceStatus, DBInstanceClass, Engine, TagList },
      ],
    );
    const whole = DBClusters.map(
      ({ DBClusterIdentifier = "", Status, Engine, DBClusterMembers = [], TagList }) => [
        DBClusterIdentifier,
        {
          status: Status,
          Engine,
          members: DBClusterMembers.map((each) => each.DBInstanceIdentifier),
          TagList,
        },
      ],
    );
    return Object.fromEntries([...alone, ...whole]);
  },
  wrong: ["aged-idle", "aged-idle-too", "aged-sales"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
    "aged-by-hours": "managed",
    "aged-source": "managed",
    "aged-replica": "managed",
  },
};
