import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListNodegroupsCommand,
} from "@aws-sdk/client-eks";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface Seeded {
  readonly cpu: number;
  /** How many hours it has been measured. */
  readonly hours: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly desired: number;
  readonly types?: string[];
}

const idle: Seeded = { cpu: 2, hours: 26, desired: 3 };

/** Those with `aged` in their name were made long ago. */
const groups: Readonly<Record<string, Seeded>> = {
  "aged-idle": idle,
  "aged-idle-too": { ...idle, tags: { team: "shop" } },
  "aged-busy": { ...idle, cpu: 60 },
  "aged-with-gaps": { ...idle, hours: 6 },
  "aged-at-its-minimum": { ...idle, desired: 1 },
  young: idle,
  "aged-exempt": { ...idle, tags: { "nightshift:exempt": "reason=mine" } },
  "aged-of-a-stack": { ...idle, tags: { "aws:cloudformation:stack-name": "shop" } },
  "aged-by-hours": { ...idle, tags: { "nightshift:hours": "office" } },
  "aged-accelerated": { ...idle, types: ["g5.xlarge"] },
};

const clusterName = "prod";

async function make(aws: TestAccount, name: string, seeded: Seeded): Promise<void> {
  const { cpu, hours: number, tags = {}, desired, types = ["t3.medium"] } = seeded;
  const { nodegroup } = await aws.client(EKSClient).send(
    new CreateNodegroupCommand({
      clusterName,
      nodegroupName: name,
      scalingConfig: { minSize: 1, maxSize: 5, desiredSize: desired },
      instanceTypes: types,
      subnets: ["subnet-1"],
      nodeRole: `arn:aws:iam::${aws.account}:role/nodes`,
      tags,
    }),
  );
  const Value = nodegroup?.resources?.autoScalingGroups?.[0]?.name;
  const MetricData = Array.from({ length: number }, (_, hour) => ({
    MetricName: "CPUUtilization",
    Value: cpu,
    Dimensions: [{ Name: "AutoScalingGroupName", Value }],
    Timestamp: before(new Date(), hours(hour)),
  }));
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/EC2", MetricData }));
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    await aws.client(EKSClient).send(
      new CreateClusterCommand({
        name: clusterName,
        roleArn: `arn:aws:iam::${aws.account}:role/cluster`,
        resourcesVpcConfig: { subnetIds: ["subnet-1"] },
      }),
    );
    for (const [name, seeded] of Object.entries(groups)) await make(aws, name, seeded);
  },
  async look(aws) {
    const eks = aws.client(EKSClient);
    const { nodegroups = [] } = await eks.send(new ListNodegroupsCommand({ clusterName }));
    const found: [name: string, seen: object][] = [];
    for (const nodegroupName of nodegroups) {
      const asked = new DescribeNodegroupCommand({ clusterName, nodegroupName });
      const { scalingConfig, status, tags } = (await eks.send(asked)).nodegroup ?? {};
      found.push([nodegroupName, { scalingConfig, status, tags }]);
    }
    return Object.fromEntries(found);
  },
  wrong: ["aged-idle", "aged-idle-too"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
    "aged-by-hours": "managed",
    "aged-accelerated": "managed",
  },
  unused: ["eks:ListClusters", "eks:ListNodegroups"].map((action) => ({
    role: "undo",
    action,
    why: "Undo looks at groups by their names, with the automation's own `find`, and so its role has all its reads. It reads and changes nothing.",
  })),
};
