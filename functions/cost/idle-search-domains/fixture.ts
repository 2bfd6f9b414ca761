import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateDomainCommand, OpenSearchClient } from "@aws-sdk/client-opensearch";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

/** @param requests in the last hours; none: CloudWatch hears of no requests */
async function make(aws: TestAccount, DomainName: string, requests: number, measured = 26) {
  await aws.client(OpenSearchClient).send(
    new CreateDomainCommand({
      DomainName,
      EngineVersion: "OpenSearch_2.17",
      ClusterConfig: { InstanceType: "r6g.large.search", InstanceCount: 3 },
    }),
  );
  const Dimensions = [
    { Name: "ClientId", Value: aws.account },
    { Name: "DomainName", Value: DomainName },
  ];
  const points = (MetricName: string, Value: number, many: number) =>
    Array.from({ length: many }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions,
      Timestamp: before(new Date(), hours(hour)),
    }));
  const MetricData = [
    ...points("CPUUtilization", 4, measured),
    ...(requests ? points("OpenSearchRequests", requests, 4) : []),
  ];
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/ES", MetricData }));
}

export const fixture: ReportFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    await make(aws, "quiet", 0);
    // Decoys: one that is asked, one that has not been measured for long.
    await make(aws, "asked", 12);
    await make(aws, "new", 0, 5);
  },
  told: { title: "1 search domain in", severity: "info" },
};
