import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListClustersCommand,
  ListNodegroupsCommand,
  UpdateNodegroupConfigCommand,
} from "@aws-sdk/client-eks";
import { type NodeSizes, nodeGroupId, withNodes } from "../../../aws/eks/node-sizes.ts";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { onUntilTag } from "../hours-of.ts";
import { recordStop, seededSchedules } from "../off-hours-instances/fixture.ts";
import { nodeGroupHours } from "./scheduled.ts";
import { emptySizes } from "./sizes.ts";

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly cluster?: string;
  /** What it had before this unit emptied it. */
  readonly emptiedFrom?: NodeSizes;
  readonly sizes?: NodeSizes;
}

const two: NodeSizes = { min: 1, max: 4, desired: 2 };
const closed: Seeded = { hours: "closed" };
const open: Seeded = { hours: "open", sizes: emptySizes(two) };

const groups: Readonly<Record<string, Seeded>> = {
  late: closed,
  "late-too": { ...closed, tags: { team: "web" } },
  asleep: { ...open, emptiedFrom: two },
  "autoscaled-by-night": {
    ...open,
    emptiedFrom: { ...two, desired: 3 },
    sizes: { min: 0, max: 4, desired: 1 },
  },
  "left-empty": open,
  "changed-meanwhile": { ...open, emptiedFrom: two, sizes: { min: 0, max: 2, desired: 0 } },
  "kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" } },
  misspelt: { hours: "Closed" },
  "at-work": { hours: "open" },
  untagged: {},
  exempt: { ...closed, tags: { "nightshift:exempt": "reason=mine" } },
  "of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "shop" } },
  "beside-karpenter": { ...closed, cluster: "with-karpenter" },
};

const clusters = ["prod", "with-karpenter"];

const configOf = ({ min, max, desired }: NodeSizes) => ({
  minSize: min,
  maxSize: max,
  desiredSize: desired,
});

/** Scales a group as a person would. */
export async function scaleByHand(
  aws: TestAccount,
  nodegroupName: string,
  sizes: NodeSizes,
): Promise<void> {
  const scalingConfig = configOf(sizes);
  const input = { clusterName: "prod", nodegroupName, scalingConfig };
  await aws.client(EKSClient).send(new UpdateNodegroupConfigCommand(input));
}

async function launchForKarpenter(aws: TestAccount): Promise<void> {
  const Tags = [
    { Key: "karpenter.sh/nodepool", Value: "general" },
    { Key: "kubernetes.io/cluster/with-karpenter", Value: "owned" },
  ];
  await aws.client(EC2Client).send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
}

interface Place {
  readonly aws: TestAccount;
  readonly store: Store;
}

async function makeGroup({ aws, store }: Place, name: string, seeded: Seeded): Promise<void> {
  const { hours, tags, cluster = "prod", emptiedFrom, sizes = two } = seeded;
  await aws.client(EKSClient).send(
    new CreateNodegroupCommand({
      clusterName: cluster,
      nodegroupName: name,
      scalingConfig: configOf(sizes),
      subnets: ["subnet-1"],
      nodeRole: `arn:aws:iam::${aws.account}:role/nodes`,
      tags: { ...(hours && { "nightshift:hours": hours }), ...tags },
    }),
  );
  if (!emptiedFrom) return;
  const after = emptySizes(emptiedFrom);
  const target = nodeGroupId(cluster, name);
  const call = withNodes(target, after);
  // After it was made: one that was made since is another.
  const at = new Date();
  const seen = { unit: nodeGroupHours, target, call, at, before: emptiedFrom, after };
  await recordStop({ aws, store }, seen);
}

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    for (const name of clusters)
      await aws.client(EKSClient).send(
        new CreateClusterCommand({
          name,
          roleArn: `arn:aws:iam::${aws.account}:role/cluster`,
          resourcesVpcConfig: { subnetIds: ["subnet-1"] },
        }),
      );
    await launchForKarpenter(aws);
    for (const [name, seeded] of Object.entries(groups))
      await makeGroup({ aws, store }, name, seeded);
  },
  async look(aws) {
    const eks = aws.client(EKSClient);
    const found: [name: string, seen: object][] = [];
    const { clusters: names = [] } = await eks.send(new ListClustersCommand({}));
    for (const clusterName of names) {
      const { nodegroups = [] } = await eks.send(new ListNodegroupsCommand({ clusterName }));
      for (const nodegroupName of nodegroups) {
        const asked = new DescribeNodegroupCommand({ clusterName, nodegroupName });
        const { nodegroup } = await eks.send(asked);
        const { minSize: min, maxSize: max, desiredSize: desired } = nodegroup?.scalingConfig ?? {};
        const { status, tags } = nodegroup ?? {};
        found.push([nodegroupName, { sizes: { min, max, desired }, status, tags }]);
      }
    }
    return Object.fromEntries(found);
  },
  wrong: ["late", "late-too", "asleep", "autoscaled-by-night"],
  held: {
    exempt: "exemption",
    "of-a-stack": "managed",
    "beside-karpenter": "managed",
  },
  unused: ["eks:ListClusters", "eks:ListNodegroups"].map((action) => ({
    role: "undo",
    action,
    why: "Undo looks at groups by their names, with the automation's own `find`, and so its role has all its reads. It reads and changes nothing.",
  })),
};
