import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import type { MemoryAws } from "../../../testing/memory/aws.ts";

interface Machine {
  readonly cpu: number;
  readonly megabytes: number;
  /** How many hours it has been measured. */
  readonly hours: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly input?: Partial<RunInstancesCommandInput>;
}
const idle: Machine = { cpu: 1, megabytes: 0.1, hours: 26 };
const machines: Readonly<Record<string, Machine>> = {
  idle,
  "idle-too": { ...idle, tags: { team: "web" } },
  busy: { ...idle, cpu: 60 },
  talking: { ...idle, megabytes: 50 },
  young: { ...idle, hours: 6 },
  exempt: { ...idle, tags: { "nightshift:exempt": "reason=mine" } },
  "of-a-stack": { ...idle, tags: { "aws:cloudformation:stack-name": "shop" } },
  protected: { ...idle, input: { DisableApiStop: true } },
};

async function start(
  aws: TestAccount,
  name: string,
  { cpu, megabytes, hours: count, tags = {}, input = {} }: Machine,
): Promise<void> {
  const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { Instances: [made] = [] } = await aws.client(EC2Client).send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
      ...input,
    }),
  );
  const Dimensions = [{ Name: "InstanceId", Value: made?.InstanceId }];
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: count }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions,
      Timestamp: before(new Date(), hours(hour)),
    }));
  const MetricData = [
    ...points("CPUUtilization", cpu),
    ...points("NetworkIn", megabytes * 1e6),
    ...points("NetworkOut", megabytes * 1e6),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/EC2", MetricData }));
}

const machine = (aws: MemoryAws, target: string) =>
  aws.ec2.machines.get(target) ?? { state: "stopped" as const, tags: {} };

export const fixture: AutomationFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    for (const [name, machine] of Object.entries(machines)) await start(aws, name, machine);
  },
  async look(aws) {
    const { Reservations = [] } = await aws
      .client(EC2Client)
      .send(new DescribeInstancesCommand({}));
    return Object.fromEntries(
      Reservations.flatMap(({ Instances = [] }) => Instances).map(
        ({
          InstanceId,
          InstanceType,
          State,
          Tags = [],
          SecurityGroups,
          SubnetId,
          BlockDeviceMappings,
        }) => [
          Tags.find(({ Key }) => Key === "Name")?.Value ?? "",
          {
            InstanceId,
            InstanceType,
            state: State?.Name,
            Tags,
            SecurityGroups,
            SubnetId,
            volumes: BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId),
          },
        ],
      ),
    );
  },
  wrong: ["idle", "idle-too"],
  held: { exempt: "exemption", "of-a-stack": "managed", protected: "managed" },
  memory: {
    targetId: (nth) => `i-wrong-${nth}`,
    seed(aws, target) {
      aws.ec2.machines.set(target, { state: "running", tags: { Name: target } });
    },
    state: (aws, target) => machine(aws, target).state,
    isWrong: (aws, target) => machine(aws, target).state === "running",
    spoil(aws, target) {
      machine(aws, target).state = "running";
    },
    tags: (aws, target) => machine(aws, target).tags,
    asksTags: () => "tags",
  }, // An undo looks with the automation's own `find`, so its role has all its reads.
  unused: [
    "cloudwatch:GetMetricData",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeInstanceTypes",
  ].map((action) => ({
    role: "undo",
    action,
    why: "Asked of running instances alone, and what is taken back is a stopped one; it starts, and is seen to run. It reads and changes nothing.",
  })),
};
