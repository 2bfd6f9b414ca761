import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { before, days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

const gigabyte = 1024 ** 3;

async function make(aws: TestAccount, logGroupName: string, gigabytes: number) {
  await aws.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName }));
  if (!gigabytes) return;
  const MetricData = [2, 3].map((ago) => ({
    MetricName: "IncomingBytes",
    Value: (gigabytes * gigabyte) / 2,
    Timestamp: before(new Date(), days(ago)),
    Dimensions: [{ Name: "LogGroupName", Value: logGroupName }],
  }));
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/Logs", MetricData }));
}

export const fixture: ReportFixture = {
  settings: { config: { except: ["audit-"] } },
  async seed(aws) {
    await make(aws, "chatty", 7);
    // Decoys: one that writes little, one to which nothing is written, and one that is to stay.
    await make(aws, "terse", 0.1);
    await make(aws, "silent", 0);
    await make(aws, "audit-trail", 90);
  },
  told: { title: "1 log group in", severity: "info" },
};
