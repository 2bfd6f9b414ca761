import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

const days = 14;

interface Seeded {
  /** Units a second that are given; none: on demand. */
  readonly given?: number;
  /** Of what is given, how much is used. */
  readonly used?: number;
}

async function make(aws: TestAccount, TableName: string, { given = 0, used = 0 }: Seeded) {
  const throughput = { ReadCapacityUnits: given, WriteCapacityUnits: given };
  await aws.client(DynamoDBClient).send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      ...(given
        ? { BillingMode: "PROVISIONED", ProvisionedThroughput: throughput }
        : { BillingMode: "PAY_PER_REQUEST" }),
    }),
  );
  if (!given) return;
  const Dimensions = [{ Name: "TableName", Value: TableName }];
  const points = Array.from({ length: days * 24 }, (_, ago) =>
    ["Read", "Write"].flatMap((kind) => {
      const Timestamp = before(new Date(), hours(ago + 1));
      const named = (MetricName: string, Value: number) => ({
        MetricName,
        Value,
        Timestamp,
        Dimensions,
      });
      return [
        named(`Provisioned${kind}CapacityUnits`, given),
        named(`Consumed${kind}CapacityUnits`, given * used * 3600),
      ];
    }),
  ).flat();
  for (let at = 0; at < points.length; at += 700)
    await aws.client(CloudWatchClient).send(
      new PutMetricDataCommand({
        Namespace: "AWS/DynamoDB",
        MetricData: points.slice(at, at + 700),
      }),
    );
}

export const fixture: ReportFixture = {
  settings: { config: { except: ["kept-"] } },
  async seed(aws) {
    await make(aws, "oversized", { given: 100, used: 0.02 });
    // Decoys: one that is used, one on demand, and one that is as it is to be.
    await make(aws, "busy", { given: 100, used: 0.6 });
    await make(aws, "on-demand", {});
    await make(aws, "kept-ready", { given: 500, used: 0.01 });
  },
  told: { title: "1 table of DynamoDB in", severity: "info" },
};
