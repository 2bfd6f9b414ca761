import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateClusterCommand,
  DescribeClustersCommand,
  PauseClusterCommand,
  RedshiftClient,
} from "@aws-sdk/client-redshift";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface SeededCluster {
  readonly connections: number;
  readonly cpu: number;
  /** How many hours it has been measured. */
  readonly hours: number;
  readonly tags?: Readonly<Record<string, string>>;
}

const idle: SeededCluster = { connections: 0, cpu: 3, hours: 26 };

/** Those with `aged` in their name were made long ago. */
const clusters: Readonly<Record<string, SeededCluster>> = {
  "aged-idle": idle,
  "aged-idle-too": { ...idle, tags: { team: "shop" } },
  "aged-busy": { ...idle, connections: 2 },
  "aged-at-work": { ...idle, cpu: 60 },
  "aged-resumed": { ...idle, hours: 6 },
  "aged-paused": idle,
  young: idle,
  "aged-exempt": { ...idle, tags: { "nightshift:exempt": "reason=mine" } },
  "aged-of-a-stack": { ...idle, tags: { "aws:cloudformation:stack-name": "shop" } },
  "aged-by-hours": { ...idle, tags: { "nightshift:hours": "office" } },
};

async function make(aws: TestAccount, name: string, seeded: SeededCluster): Promise<void> {
  const { connections, cpu, hours: number, tags = {} } = seeded;
  await aws.client(RedshiftClient).send(
    new CreateClusterCommand({
      ClusterIdentifier: name,
      NodeType: "ra3.xlplus",
      NumberOfNodes: 2,
      ClusterType: "multi-node",
      MasterUsername: "app",
      MasterUserPassword: "Not-a-secret-1",
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: number }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions: [{ Name: "ClusterIdentifier", Value: name }],
      Timestamp: before(new Date(), hours(hour)),
    }));
  const MetricData = [
    ...points("DatabaseConnections", connections),
    ...points("CPUUtilization", cpu),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/Redshift", MetricData }));
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    for (const [name, seeded] of Object.entries(clusters)) await make(aws, name, seeded);
    await aws
      .client(RedshiftClient)
      .send(new PauseClusterCommand({ ClusterIdentifier: "aged-paused" }));
  },
  async look(aws) {
    const { Clusters = [] } = await aws
      .client(RedshiftClient)
      .send(new DescribeClustersCommand({}));
    return Object.fromEntries(
      Clusters.map(({ ClusterIdentifier = "", ClusterStatus, NodeType, NumberOfNodes, Tags }) => [
        ClusterIdentifier,
        { ClusterStatus, NodeType, NumberOfNodes, Tags },
      ]),
    );
  },
  wrong: ["aged-idle", "aged-idle-too"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
    "aged-by-hours": "managed",
  },
};
