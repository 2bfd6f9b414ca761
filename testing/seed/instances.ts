/**
 * Instances that do nothing, some that do, and some of which it is not known or not ours to say.
 */
import {
  CloudWatchClient,
  type MetricDatum,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { before, hours } from "../../sdk/time.ts";
import type { Expected, SeededAccount, Thing } from "./thing.ts";

interface Machine {
  readonly region: string;
  readonly name: string;
  readonly type: NonNullable<RunInstancesCommandInput["InstanceType"]>;
  readonly expected: Expected;
  /** Percent and bytes of the hour that lies so many hours back; nothing: no point was written. */
  readonly did: (
    hoursAgo: number,
  ) => { readonly cpu: number; readonly network: number } | undefined;
  readonly tags?: Readonly<Record<string, string>>;
  readonly input?: Partial<RunInstancesCommandInput>;
}

const [eu, us] = ["eu-central-1", "us-east-1"];
/** A little more than the fortnight that is looked at. */
const written = 15 * 24;

/** The same each night, and never quite the same hour. */
const ripple = (ago: number): number => 0.5 + 0.5 * Math.sin(ago / 3.7) * Math.cos(ago / 11);
const idle = (ago: number) => ({ cpu: 0.4 + ripple(ago), network: 40_000 + 160_000 * ripple(ago) });
const busy = (ago: number) => ({ cpu: 25 + 40 * ripple(ago), network: 80_000_000 * ripple(ago) });

const machines: readonly Machine[] = [
  { region: eu, name: "staging-api", type: "m5.large", did: idle, expected: "approved" },
  {
    region: eu,
    name: "poc-pipeline",
    type: "c5.xlarge",
    did: idle,
    expected: "approved",
    tags: { "nightshift:exempt": "from=open-ingress owner=ann@example.com reason=demo" },
  },
  {
    region: eu,
    name: "shop-web",
    type: "m5.large",
    did: busy,
    expected: "untouched",
    tags: { backup: "daily" },
  },
  {
    region: eu,
    name: "proxy",
    type: "t3.medium",
    did: (ago) => ({ cpu: 1 + ripple(ago), network: 300_000_000 }),
    expected: "untouched",
  },
  {
    region: eu,
    name: "month-end",
    type: "m5.large",
    did: (ago) => (ago === 200 ? { cpu: 92, network: 900_000 } : idle(ago)),
    expected: "untouched",
  },
  {
    region: eu,
    name: "launched-today",
    type: "t3.large",
    did: (ago) => (ago <= 9 ? idle(ago) : undefined),
    expected: "untouched",
  },
  {
    region: eu,
    name: "web-fleet",
    type: "t3.large",
    did: idle,
    expected: { heldBy: "managed" },
    tags: { "aws:autoscaling:groupName": "web" },
  },
  {
    region: eu,
    name: "licence-server",
    type: "t3.small",
    did: idle,
    expected: { heldBy: "managed" },
    input: { DisableApiStop: true },
  },
  { region: us, name: "old-warehouse", type: "r5.2xlarge", did: idle, expected: "denied" },
  {
    region: us,
    name: "gaps",
    type: "m5.large",
    did: (ago) => (ago % 3 ? idle(ago) : undefined),
    expected: "untouched",
  },
  {
    region: us,
    name: "render-spot",
    type: "c5.large",
    did: idle,
    expected: { heldBy: "managed" },
    input: { InstanceMarketOptions: { MarketType: "spot" } },
  },
  {
    region: us,
    name: "scratch-cache",
    type: "m5d.large",
    did: idle,
    expected: { heldBy: "managed" },
  },
  {
    region: us,
    name: "standby",
    type: "m5.large",
    did: idle,
    expected: { heldBy: "exemption" },
    tags: {
      "nightshift:exempt":
        "until=2099-01-31 owner=ops@example.com reason=takes over when the primary fails",
    },
  },
];

/** By name, those that carry the tag that `volume-backups` goes by. */
export const backedUp: ReadonlySet<string> = new Set(
  machines.flatMap(({ name, tags }) => (tags && "backup" in tags ? [name] : [])),
);

export async function seedInstances(account: SeededAccount): Promise<readonly Thing[]> {
  const lastHour = new Date(Math.floor(account.now.getTime() / 3_600_000) * 3_600_000);

  async function make({ region, name, type, did, expected, tags, input }: Machine): Promise<Thing> {
    const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
    const { Instances: [made] = [] } = await account.client(EC2Client, region).send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: type,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: "instance", Tags }],
        ...input,
      }),
    );
    const id = made?.InstanceId;
    if (!id) throw new Error(`The embedded AWS launched no instance ${name}.`);

    const points = Array.from({ length: written }, (_, at) => at + 1).flatMap((ago) => [
      { ago, ...did(ago) },
    ]);
    const series = (
      MetricName: string,
      Unit: MetricDatum["Unit"],
      value: (point: { readonly cpu: number; readonly network: number }) => number,
    ): MetricDatum[] =>
      points.flatMap(({ ago, cpu, network }) =>
        cpu === undefined || network === undefined
          ? []
          : [
              {
                MetricName,
                Unit,
                Value: value({ cpu, network }),
                Timestamp: before(lastHour, hours(ago)),
                Dimensions: [{ Name: "InstanceId", Value: id }],
              },
            ],
      );
    const cloudwatch = account.client(CloudWatchClient, region);
    for (const MetricData of [
      series("CPUUtilization", "Percent", ({ cpu }) => cpu),
      series("NetworkIn", "Bytes", ({ network }) => network),
      series("NetworkOut", "Bytes", ({ network }) => network / 2),
    ])
      await cloudwatch.send(new PutMetricDataCommand({ Namespace: "AWS/EC2", MetricData }));
    return { unit: "idle-instances", region, id, name, expected, after: "is stopped" };
  }

  return Promise.all(machines.map(make));
}

export async function instancesNow(
  account: SeededAccount,
  region: string,
): Promise<readonly (readonly [id: string, state: string])[]> {
  const { Reservations = [] } = await account
    .client(EC2Client, region)
    .send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceId = "", State }) => [InstanceId, `is ${State?.Name}`] as const,
  );
}
