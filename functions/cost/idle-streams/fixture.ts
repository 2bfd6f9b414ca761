import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  RegisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import { PlainKinesisClient } from "../../../aws/kinesis/stream.ts";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

/** Those with `aged` in their name were made long ago. */
async function make(aws: TestAccount, StreamName: string): Promise<string | undefined> {
  const kinesis = aws.client(PlainKinesisClient);
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 4 }));
  const { StreamDescriptionSummary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  );
  return StreamDescriptionSummary?.StreamARN;
}

async function carried(aws: TestAccount, StreamName: string, MetricName: string) {
  const point = {
    MetricName,
    Value: 12,
    Dimensions: [{ Name: "StreamName", Value: StreamName }],
    Timestamp: before(new Date(), hours(3)),
  };
  await aws
    .client(CloudWatchClient)
    .send(new PutMetricDataCommand({ Namespace: "AWS/Kinesis", MetricData: [point] }));
}

export const fixture: ReportFixture = {
  settings: { config: { days: 1 } },
  async seed(aws) {
    const StreamARN = await make(aws, "aged-clicks");
    await aws
      .client(PlainKinesisClient)
      .send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "archive" }));
    // Decoys: one that is written to, one that is read from, one that is new.
    for (const [name, metric] of [
      ["aged-orders", "IncomingRecords"],
      ["aged-replayed", "GetRecords.Records"],
    ] as const) {
      await make(aws, name);
      await carried(aws, name, metric);
    }
    await make(aws, "new");
  },
  told: { title: "1 data stream in", severity: "info" },
};
