/** The ledger as a deployment makes it, or leaves it behind: with its tag. */
import { DescribeTableCommand, DynamoDBClient, TagResourceCommand } from "@aws-sdk/client-dynamodb";
import { createTable } from "../../ledger/create.ts";
import type { TestAccount } from "./aws.ts";

/** @param deployment the tag's value: another one makes it another deployment's table */
export async function deployedLedger(aws: TestAccount, deployment = "nightshift"): Promise<void> {
  const client = aws.client(DynamoDBClient);
  await createTable(client, "nightshift");
  const { Table } = await client.send(new DescribeTableCommand({ TableName: "nightshift" }));
  await client.send(
    new TagResourceCommand({
      ResourceArn: Table?.TableArn,
      Tags: [{ Key: "nightshift:deployment", Value: deployment }],
    }),
  );
}
