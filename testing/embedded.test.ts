import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { embedded } from "../test/setup/aws.ts";
import { findEmbedded, startEmbedded } from "./embedded.ts";

const named = (GroupName: string) => ({ Filters: [{ Name: "group-name", Values: [GroupName] }] });

test("each test account is its own: what one holds, another does not see", async () => {
  const [one, other] = await Promise.all([embedded(), embedded()]);
  await one
    .client(EC2Client)
    .send(new CreateSecurityGroupCommand({ GroupName: "mine", Description: "mine" }));
  const [mine, others] = await Promise.all(
    [one, other].map((account) =>
      account.client(EC2Client).send(new DescribeSecurityGroupsCommand(named("mine"))),
    ),
  );
  expect(mine?.SecurityGroups).toHaveLength(1);
  expect(others?.SecurityGroups).toHaveLength(0);
});

test("code that takes everything from its environment lands in the account that is in use", async () => {
  const account = await embedded({ region: "us-west-2" });
  account.use();
  const identity = await new STSClient().send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toBe(account.account);
});

test("a transaction that fails takes nothing of what others write meanwhile with it", async () => {
  const dynamodb = (await embedded()).client(DynamoDBClient);
  const TableName = "ledger";
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    }),
  );
  const item = (pk: string) => ({ TableName, Item: { pk: { S: pk } } });
  const put = (pk: string) => dynamodb.send(new PutItemCommand(item(pk)));
  await Promise.all(Array.from({ length: 400 }, (_, at) => put(`before-${at}`)));
  const refused = {
    ConditionCheck: {
      TableName,
      Key: { pk: { S: "none" } },
      ConditionExpression: "attribute_exists(pk)",
    },
  };
  const lose = (at: number) =>
    dynamodb
      .send(
        new TransactWriteItemsCommand({ TransactItems: [{ Put: item(`lost-${at}`) }, refused] }),
      )
      .catch(({ name }) => name);
  const [lost] = await Promise.all([
    Promise.all(Array.from({ length: 20 }, (_, at) => lose(at))),
    Promise.all(Array.from({ length: 200 }, (_, at) => put(`kept-${at}`))),
  ]);
  expect(new Set(lost)).toEqual(new Set(["TransactionCanceledException"]));
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
  expect(Items.filter(({ pk }) => pk?.S?.startsWith("kept"))).toHaveLength(200);
  expect(Items.filter(({ pk }) => pk?.S?.startsWith("lost"))).toEqual([]);
});

test("a transaction that fails leaves what it would have changed, added and removed as it was", async () => {
  const client = (await embedded()).client(DynamoDBClient);
  const AttributeDefinitions = ["pk", "sk"].map((AttributeName) => ({
    AttributeName,
    AttributeType: "S" as const,
  }));
  const tables = [
    { TableName: "with-range", Key: (pk: string) => ({ pk: { S: pk }, sk: { S: "s" } }) },
    { TableName: "without", Key: (pk: string) => ({ pk: { S: pk } }) },
  ];
  for (const [at, { TableName, Key }] of tables.entries()) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: AttributeDefinitions.slice(0, at ? 1 : 2),
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          ...(at ? [] : [{ AttributeName: "sk", KeyType: "RANGE" as const }]),
        ],
      }),
    );
    for (const pk of ["changed", "removed"])
      await client.send(new PutItemCommand({ TableName, Item: { ...Key(pk), count: { N: "1" } } }));
    const changes = {
      TransactItems: [
        {
          Update: {
            TableName,
            Key: Key("changed"),
            UpdateExpression: "ADD #c :one",
            ExpressionAttributeNames: { "#c": "count" },
            ExpressionAttributeValues: { ":one": { N: "1" } },
          },
        },
        { Put: { TableName, Item: Key("added") } },
        { Delete: { TableName, Key: Key("removed") } },
        {
          ConditionCheck: {
            TableName,
            Key: Key("nowhere"),
            ConditionExpression: "attribute_exists(pk)",
          },
        },
      ],
    };
    await expect(client.send(new TransactWriteItemsCommand(changes))).rejects.toThrow(
      "Transaction cancelled",
    );
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    expect(Items.map(({ pk, count }) => [pk?.S, count?.N]).sort()).toEqual([
      ["changed", "1"],
      ["removed", "1"],
    ]);
  }
});

test("the announced one is found while it runs, and no longer", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "nightshift-")), "embedded.json");
  const { endpoint, stop } = await startEmbedded({ announce: { regions: ["eu-west-1"], file } });
  expect(await findEmbedded(file)).toMatchObject({
    endpoint,
    account: "123456789012",
    regions: ["eu-west-1"],
  });
  await stop();
  expect(await findEmbedded(file)).toBeUndefined();
});
