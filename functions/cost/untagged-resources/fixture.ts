import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

async function makeTable(
  aws: TestAccount,
  TableName: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await aws.client(DynamoDBClient).send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
}

const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orders: { team: "shop" },
  spelt: { Owner: "ann" },
  empty: { owner: "", team: "shop" },
  // Decoys: one that has it, and one that is exempt.
  owned: { owner: "ann", team: "shop" },
  exempt: { team: "shop", "nightshift:exempt": "owner=ann@example.com reason=shared" },
};

export const fixture: ReportFixture = {
  settings: { config: { except: ["sqs:queue"] } },
  async seed(aws) {
    // In the shape of an event of CloudTrail, as far as it is read.
    const arn = `arn:aws:sts::${aws.account}:assumed-role/deploy/ann@example.com`;
    const event = {
      EventId: "e-1",
      EventName: "CreateTable",
      Username: "ann@example.com",
      CloudTrailEvent: JSON.stringify({ userIdentity: { type: "AssumedRole", arn } }),
    };
    await record(aws, { path: "LookupEvents", answer: { Events: [event] } });
    for (const [name, tags] of Object.entries(tables)) await makeTable(aws, name, tags);
    // A decoy of a kind that is left out.
    await aws
      .client(SQSClient)
      .send(new CreateQueueCommand({ QueueName: "jobs", tags: { team: "shop" } }));
  },
  told: { title: "3 resources in", severity: "info" },
};
