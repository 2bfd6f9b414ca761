/** The one DynamoDB table, as the ledger's access patterns use it. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import {
  $add,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "dynamodb-toolbox";
import type { Clock } from "../sdk/time.ts";
import { getAll } from "./get-all.ts";
import type { Condition, Item, Key, QueryRange, Store } from "./store.ts";
import { conditionOf, type LedgerTable, ledgerForm, ledgerTable, loaded, stored } from "./table.ts";
import { transact } from "./transact.ts";

const isFailedCondition = (error: unknown): boolean =>
  error instanceof Error && error.name === "ConditionalCheckFailedException";

/** @returns false when the condition does not hold */
async function conditionally(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (isFailedCondition(error)) return false;
    throw error;
  }
}

async function getItem({ entity }: LedgerTable, key: Key): Promise<Item | undefined> {
  const { Item: found } = await entity
    .build(GetItemCommand)
    .key(key)
    .options({ consistent: true })
    .send();
  return found && loaded(found);
}

async function putItem(
  { entity }: LedgerTable,
  whole: Item,
  condition?: Condition,
): Promise<boolean> {
  const command = entity.build(PutItemCommand).item(stored(whole));
  return conditionally(command.options(conditionOf(condition)).send());
}

async function removeItem(
  { entity }: LedgerTable,
  key: Key,
  condition?: Condition,
): Promise<boolean> {
  const command = entity.build(DeleteItemCommand).key(key);
  return conditionally(command.options(conditionOf(condition)).send());
}

/**
 * The one update of an item that another role wrote: it names the key and the attribute, so that
 * IAM can hold it to them.
 */
async function expireItem(
  { documentClient, name }: LedgerTable,
  { pk, sk }: Key,
  ttl: number,
): Promise<void> {
  await documentClient.send(
    new UpdateCommand({
      TableName: name,
      Key: { pk, sk },
      UpdateExpression: "SET #ttl = :ttl",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeNames: { "#ttl": "ttl" },
      ExpressionAttributeValues: { ":ttl": ttl },
    }),
  );
}

async function addTo(
  { entity }: LedgerTable,
  key: Key,
  type: string,
  amount: number,
): Promise<number> {
  const { Attributes } = await entity
    .build(UpdateItemCommand)
    .item({ ...key, type, v: ledgerForm, body: "null", version: $add(amount) })
    .options({ returnValues: "ALL_NEW" })
    .send();
  return (Attributes as { version?: number } | undefined)?.version ?? amount;
}

function rangeOf({ from, prefix }: QueryRange) {
  if (prefix !== undefined) return { range: { beginsWith: prefix } };
  if (from !== undefined) return { range: { gt: from } };
  return {};
}

async function* queryItems(
  { table, entity }: LedgerTable,
  pk: string,
  range: QueryRange,
): AsyncIterable<Item> {
  const { reverse = false, limit } = range;
  let exclusiveStartKey: Record<string, unknown> | undefined;
  let left = limit ?? Number.POSITIVE_INFINITY;
  do {
    const page = await table
      .build(QueryCommand)
      .query({ partition: pk, ...rangeOf(range) } as never)
      .entities(entity)
      .options({
        consistent: true,
        reverse,
        entityAttrFilter: false,
        ...(limit && { limit: Math.min(limit, left) }),
        ...(exclusiveStartKey && { exclusiveStartKey }),
      } as never)
      .send();
    for (const found of page.Items ?? []) {
      if (left <= 0) return;
      left -= 1;
      yield loaded(found);
    }
    exclusiveStartKey = page.LastEvaluatedKey;
  } while (exclusiveStartKey && left > 0);
}

/**
 * @param client made once for each process, with the clock's retries
 * @param name of the table
 */
export function createStore(client: DynamoDBClient, name: string, clock: Clock): Store {
  const ledger = ledgerTable(client, name);
  return {
    get: (key) => getItem(ledger, key),
    getAll: (keys) => getAll(ledger, keys, clock),
    put: (whole, condition) => putItem(ledger, whole, condition),
    remove: (key, condition) => removeItem(ledger, key, condition),
    expire: (key, ttl) => expireItem(ledger, key, ttl),
    add: (key, type, amount) => addTo(ledger, key, type, amount),
    query: (pk, range = {}) => queryItems(ledger, pk, range),
    transact: (steps) => transact(ledger, steps, clock),
  };
}
