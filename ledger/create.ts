/** Makes the ledger where there is no deployment to do it: on loopback endpoints only. */
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { Item, Store } from "./store.ts";

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

export async function tableExists(client: DynamoDBClient, table: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName: table }));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * As the deployment declares it: two string keys, TTL, a stream of new images. Harmless when it is
 * there.
 */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  if (await tableExists(client, table)) return;
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      }),
    );
  } catch (error) {
    // Another process made it at the same moment.
    if (!(error instanceof Error && error.name === "ResourceInUseException")) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: table });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table,
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
    }),
  );
}

/** A store that reads a missing table as empty, for verbs that create nothing. */
export function emptyWhereMissing(store: Store): Store {
  return {
    ...store,
    async get(key) {
      try {
        return await store.get(key);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async getAll(keys) {
      try {
        return await store.getAll(keys);
      } catch (error) {
        if (isMissing(error)) return keys.map(() => ({ item: undefined }));
        throw error;
      }
    },
    async *query(pk, options): AsyncIterable<Item> {
      try {
        yield* store.query(pk, options);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}
