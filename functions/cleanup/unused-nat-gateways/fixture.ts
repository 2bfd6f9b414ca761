import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface SeededGateway {
  readonly connections?: number;
  /** How many hours it was measured. */
  readonly hours?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly isPrivate?: true;
}

const gateways: Readonly<Record<string, SeededGateway>> = {
  unused: { tags: { team: "net" } },
  "unused within": { isPrivate: true },
  used: { connections: 12 },
  "with gaps": { hours: 3 },
  routed: {},
  exempt: { tags: { "nightshift:exempt": "owner=ann@example.com reason=failover" } },
  "of a stack": { tags: { "aws:cloudformation:stack-name": "net" } },
};

async function make(aws: TestAccount, name: string, seeded: SeededGateway): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { AllocationId } = seeded.isPrivate
    ? {}
    : await ec2.send(
        new AllocateAddressCommand({
          Domain: "vpc",
          TagSpecifications: [
            { ResourceType: "elastic-ip", Tags: [{ Key: "Name", Value: `of ${name}` }] },
          ],
        }),
      );
  const Tags = Object.entries({ Name: name, ...seeded.tags }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  const { NatGateway } = await ec2.send(
    new CreateNatGatewayCommand({
      SubnetId: subnet?.SubnetId,
      ConnectivityType: seeded.isPrivate ? "private" : "public",
      AllocationId,
      TagSpecifications: [{ ResourceType: "natgateway", Tags }],
    }),
  );
  const id = NatGateway?.NatGatewayId ?? "";
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: seeded.hours ?? 26 }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions: [{ Name: "NatGatewayId", Value: id }],
      Timestamp: before(new Date(), hours(hour)),
    }));
  const MetricData = [
    ...points("ActiveConnectionCount", seeded.connections ?? 0),
    ...points("BytesOutToDestination", 0),
    ...points("BytesInFromDestination", 0),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/NATGateway", MetricData }));
  return id;
}

async function route(aws: TestAccount, NatGatewayId: string | undefined): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: table?.RouteTableId,
      DestinationCidrBlock: "192.0.2.0/24",
      NatGatewayId,
    }),
  );
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 1 }, irreversible: "act" },
  async seed(aws) {
    const ids: Record<string, string> = {};
    for (const [name, seeded] of Object.entries(gateways))
      ids[name] = await make(aws, name, seeded);
    await route(aws, ids.routed);
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
    // Ids are made anew each time.
    const names = new Map(
      Addresses.map(({ AllocationId, Tags = [] }) => [AllocationId, Tags[0]?.Value]),
    );
    const { NatGateways = [] } = await ec2.send(
      new DescribeNatGatewaysCommand({ Filter: [{ Name: "state", Values: ["available"] }] }),
    );
    return Object.fromEntries([
      ["addresses held", Addresses.length],
      ...NatGateways.map(({ SubnetId, ConnectivityType, NatGatewayAddresses = [], Tags = [] }) => {
        const tags = Object.fromEntries(
          Tags.map(({ Key = "", Value }) => [Key, Value] as const).sort(([a], [b]) =>
            a < b ? -1 : 1,
          ),
        );
        const addresses = NatGatewayAddresses.map(({ AllocationId }) => names.get(AllocationId));
        return [tags.Name, { SubnetId, ConnectivityType, addresses, tags }];
      }),
    ]);
  },
  unused: [
    {
      role: "undo",
      action: "ec2:DescribeRouteTables",
      why: "routes are asked for only where a gateway is unused, and one that was made again is not measured yet",
    },
  ],
  wrong: ["unused", "unused within"],
  held: { routed: "managed", exempt: "exemption", "of a stack": "managed" },
};
