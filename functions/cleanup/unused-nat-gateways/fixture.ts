import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

async function make(aws: TestAccount, name: string, connections: number): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  const { NatGateway } = await ec2.send(
    new CreateNatGatewayCommand({
      SubnetId: subnet?.SubnetId,
      AllocationId,
      TagSpecifications: [{ ResourceType: "natgateway", Tags: [{ Key: "Name", Value: name }] }],
    }),
  );
  const id = NatGateway?.NatGatewayId ?? "";
  const points = (MetricName: string, Value: number) =>
    Array.from({ length: 26 }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions: [{ Name: "NatGatewayId", Value: id }],
      Timestamp: before(new Date(), hours(hour)),
    }));
  const MetricData = [
    ...points("ActiveConnectionCount", connections),
    ...points("BytesOutToDestination", 0),
    ...points("BytesInFromDestination", 0),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/NATGateway", MetricData }));
  return id;
}

export const fixture: ReportFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    const NatGatewayId = await make(aws, "unused", 0);
    await make(aws, "used", 12);
    const ec2 = aws.client(EC2Client);
    const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: table?.RouteTableId,
        DestinationCidrBlock: "192.0.2.0/24",
        NatGatewayId,
      }),
    );
  },
  told: { title: "Nothing has gone through 1 NAT gateway in", severity: "info" },
};
