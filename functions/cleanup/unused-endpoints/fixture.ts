import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateVpcEndpointCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

/** @param bytes that went through in the last hour; none: CloudWatch hears nothing of it */
async function make(aws: TestAccount, service: string, bytes?: number): Promise<string> {
  const ec2 = aws.client(EC2Client);
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const ServiceName = `com.amazonaws.${aws.region}.${service}`;
  const { VpcEndpoint } = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId: vpc?.VpcId,
      ServiceName,
      VpcEndpointType: "Interface",
      TagSpecifications: [
        { ResourceType: "vpc-endpoint", Tags: [{ Key: "Name", Value: service }] },
      ],
    }),
  );
  const name = VpcEndpoint?.DnsEntries?.[0]?.DnsName ?? "";
  if (bytes === undefined) return name;
  const Dimensions = [
    { Name: "Endpoint Type", Value: "Interface" },
    { Name: "Service Name", Value: ServiceName },
    { Name: "VPC Endpoint Id", Value: VpcEndpoint?.VpcEndpointId },
    { Name: "VPC Id", Value: vpc?.VpcId },
  ];
  const point = {
    MetricName: "BytesProcessed",
    Value: bytes,
    Dimensions,
    Timestamp: before(new Date(), hours(3)),
  };
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/PrivateLinkEndpoints", MetricData: [point] }));
  return name;
}

async function lead(aws: TestAccount, Value: string): Promise<void> {
  const names = aws.client(Route53Client);
  const { HostedZone } = await names.send(
    new CreateHostedZoneCommand({ Name: "corp.example", CallerReference: aws.region }),
  );
  const ResourceRecordSet = {
    Name: "ssm.corp.example",
    Type: "CNAME" as const,
    TTL: 60,
    ResourceRecords: [{ Value }],
  };
  await names.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet }] },
    }),
  );
}

export const fixture: ReportFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    await lead(aws, await make(aws, "ssm"));
    await make(aws, "logs", 123_456);
  },
  told: { title: "Nothing has gone through 1 interface endpoint in", severity: "info" },
};
