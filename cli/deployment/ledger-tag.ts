/** Whose a table is: by the deployment's own tag, as with stacks, and never by its name. */
import {
  DescribeTableCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
} from "@aws-sdk/client-dynamodb";
import { deploymentTag } from "../../settings/deployment.ts";

/** Whether the table, which is there, carries the tag of the deployment with this prefix. */
export async function isLedgerOf(
  client: DynamoDBClient,
  table: string,
  prefix: string,
): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const { Tags = [] } = await client.send(
    new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }),
  );
  return Tags.some(({ Key, Value }) => Key === deploymentTag && Value === prefix);
}
