import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  type ListTagsOfResourceCommandInput,
  paginateListTables,
} from "@aws-sdk/client-dynamodb";
import { paged, read } from "../../sdk/call.ts";

/** By name; nothing but names. */
export const listTables = paged("dynamodb:ListTables", DynamoDBClient, paginateListTables, {
  items: (page) => page.TableNames,
});

export const describeTable = read("dynamodb:DescribeTable", DynamoDBClient, DescribeTableCommand, {
  on: "table/*",
  absent: ["ResourceNotFoundException"],
});

/** The SDK has no paginator for it. */
async function* pagesOfTags(
  { client }: { readonly client: DynamoDBClient },
  input: ListTagsOfResourceCommandInput,
) {
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListTagsOfResourceCommand({ ...input, ...(NextToken && { NextToken }) }),
    );
    yield page;
    NextToken = page.NextToken;
  } while (NextToken);
}

/** Ten a second are answered, for the whole account and region. */
export const listTagsOfResource = paged(
  "dynamodb:ListTagsOfResource",
  DynamoDBClient,
  pagesOfTags,
  {
    items: (page) => page.Tags,
    on: "table/*",
  },
);

/** Whether it can be restored to a point in time. */
export const describeContinuousBackups = read(
  "dynamodb:DescribeContinuousBackups",
  DynamoDBClient,
  DescribeContinuousBackupsCommand,
  { on: "table/*", absent: ["TableNotFoundException"] },
);
