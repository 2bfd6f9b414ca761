/** The one DynamoDB table, as the ledger's access patterns use it. */
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { inOneLine } from "../sdk/errors.ts";
import type { Clock } from "../sdk/time.ts";
import { getAll } from "./get-all.ts";
import type { Condition, Item, Key, QueryRange, Store, UnreadableItem } from "./store.ts";
import {
  conditionOf,
  type LedgerTable,
  ledgerForm,
  loaded,
  rangeOf,
  stored,
  storedKey,
} from "./table.ts";
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

async function getItem({ client, name }: LedgerTable, key: Key): Promise<Item | undefined> {
  const { Item: found } = await client.send(
    new GetItemCommand({ TableName: name, Key: storedKey(key), ConsistentRead: true }),
  );
  return found && loaded(found);
}

async function putItem(
  { client, name }: LedgerTable,
  whole: Item,
  condition?: Condition,
): Promise<boolean> {
  return conditionally(
    client.send(
      new PutItemCommand({ TableName: name, Item: stored(whole), ...conditionOf(condition) }),
    ),
  );
}

async function removeItem(
  { client, name }: LedgerTable,
  key: Key,
  condition?: Condition,
): Promise<boolean> {
  return conditionally(
    client.send(
      new DeleteItemCommand({ TableName: name, Key: storedKey(key), ...conditionOf(condition) }),
    ),
  );
}

/**
 * The one update of an item that another role wrote: it names the key and the attribute, so that
 * IAM can hold it to them.
 */
async function expireItem({ client, name }: LedgerTable, key: Key, ttl: number): Promise<void> {
  await client.send(
    new UpdateItemCommand({
      TableName: name,
      Key: storedKey(key),
      UpdateExpression: "SET #ttl = :ttl",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeNames: { "#ttl": "ttl" },
      ExpressionAttributeValues: { ":ttl": { N: String(ttl) } },
    }),
  );
}

async function addTo(
  { client, name }: LedgerTable,
  key: Key,
  type: string,
  amount: number,
): Promise<number> {
  const { Attributes } = await client.send(
    new UpdateItemCommand({
      TableName: name,
      Key: storedKey(key),
      UpdateExpression: "SET #type = :type, #v = :v, #body = :body ADD #version :amount",
      ExpressionAttributeNames: {
        "#type": "type",
        "#v": "v",
        "#body": "body",
        "#version": "version",
      },
      ExpressionAttributeValues: {
        ":type": { S: type },
        ":v": { N: String(ledgerForm) },
        ":body": { S: "null" },
        ":amount": { N: String(amount) },
      },
      ReturnValues: "ALL_NEW",
    }),
  );
  return Attributes ? (loaded(Attributes).version ?? amount) : amount;
}

type LeftOut = (item: UnreadableItem) => void;

/** One that cannot be read is left out, unless whoever asks must know all. */
function readItem(
  found: Record<string, AttributeValue>,
  { unreadable }: QueryRange,
  leftOut: LeftOut,
): Item[] {
  try {
    return [loaded(found)];
  } catch (error) {
    if (unreadable === "refuse") throw error;
    const item = { pk: found.pk?.S ?? "?", sk: found.sk?.S ?? "?", why: inOneLine(error) };
    leftOut(item);
    unreadable?.(item);
    return [];
  }
}

async function* queryItems(
  { client, name }: LedgerTable,
  pk: string,
  range: QueryRange,
  leftOut: LeftOut,
): AsyncIterable<Item> {
  const { reverse = false, limit } = range;
  let after: Record<string, AttributeValue> | undefined;
  let left = limit ?? Number.POSITIVE_INFINITY;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: name,
        ...rangeOf(pk, range),
        ConsistentRead: true,
        ...(reverse && { ScanIndexForward: false }),
        ...(limit && { Limit: Math.min(limit, left) }),
        ...(after && { ExclusiveStartKey: after }),
      }),
    );
    for (const found of page.Items ?? []) {
      if (left <= 0) return;
      left -= 1;
      yield* readItem(found, range, leftOut);
    }
    after = page.LastEvaluatedKey;
  } while (after && left > 0);
}

/**
 * @param client made once for each process, with the clock's retries
 * @param name of the table
 * @param leftOut takes what could not be read among others
 */
export function createStore(
  client: DynamoDBClient,
  name: string,
  clock: Clock,
  leftOut: LeftOut = () => undefined,
): Store {
  const ledger: LedgerTable = { client, name };
  return {
    get: (key) => getItem(ledger, key),
    getAll: (keys) => getAll(ledger, keys, clock),
    put: (whole, condition) => putItem(ledger, whole, condition),
    remove: (key, condition) => removeItem(ledger, key, condition),
    expire: (key, ttl) => expireItem(ledger, key, ttl),
    add: (key, type, amount) => addTo(ledger, key, type, amount),
    query: (pk, range = {}) => queryItems(ledger, pk, range, leftOut),
    transact: (steps) => transact(ledger, steps, clock),
  };
}
