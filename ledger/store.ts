/**
 * The one DynamoDB table, as the ledger's access patterns use it: consistent, conditional,
 * versioned.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import {
  $add,
  DeleteItemCommand,
  DeleteTransaction,
  Entity,
  executeTransactWrite,
  GetItemCommand,
  item,
  number,
  PutItemCommand,
  PutTransaction,
  QueryCommand,
  string,
  Table,
  UpdateItemCommand,
} from "dynamodb-toolbox";
import { parse, serialise } from "../sdk/codec.ts";
import { TryAgain } from "../sdk/errors.ts";
import { type Clock, seconds } from "../sdk/time.ts";

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * What is stored. `body` holds the record itself, the other fields are what conditions and TTL
 * need.
 */
export interface Item extends Key {
  readonly type: string;
  readonly body: unknown;
  readonly state?: string | undefined;
  /** Who holds a claim or lock. */
  readonly holder?: string | undefined;
  /**
   * When it may be taken up by another, in milliseconds since 1970. Compared, never left to TTL
   * (rule: reads-lag).
   */
  readonly lease?: number | undefined;
  readonly version?: number | undefined;
  /** When DynamoDB may delete it, in seconds since 1970. */
  readonly ttl?: number | undefined;
}

const shape = item({
  pk: string().key(),
  sk: string().key(),
  type: string(),
  /** The schema's version: a reader refuses what it does not know. */
  v: number().const(1).default(1),
  body: string(),
  state: string().optional(),
  holder: string().optional(),
  lease: number().optional(),
  version: number().optional(),
  ttl: number().optional(),
});

type Attribute = "pk" | "state" | "holder" | "lease" | "version";
export type Condition =
  | { readonly attr: Attribute; readonly exists: boolean }
  | { readonly attr: Attribute; readonly eq: string | number }
  | { readonly attr: "lease"; readonly lt: number }
  | { readonly or: Condition[] }
  | { readonly and: Condition[] };

export const absent: Condition = { attr: "pk", exists: false };

export type Step =
  | { readonly put: Item; readonly if?: Condition }
  | { readonly remove: Key; readonly if?: Condition };

export interface Store {
  get(key: Key): Promise<Item | undefined>;
  /** @returns false when the condition does not hold; nothing is written then */
  put(item: Item, condition?: Condition): Promise<boolean>;
  remove(key: Key, condition?: Condition): Promise<boolean>;
  /** Sets when DynamoDB may delete it, and nothing else. */
  expire(key: Key, ttl: number): Promise<void>;
  /** Adds to `version` atomically, making the item where it is missing. @returns the new value */
  add(key: Key, type: string, amount: number): Promise<number>;
  /** One partition, in the order of its sort keys. */
  query(
    pk: string,
    options?: {
      readonly from?: string;
      readonly prefix?: string;
      readonly reverse?: boolean;
      readonly limit?: number;
    },
  ): AsyncIterable<Item>;
  /**
   * All or nothing. Conflicts with other transactions are tried again with jitter.
   * @returns the indexes of the steps whose conditions do not hold; none: it is done (rule: exactly-one-effect)
   */
  transact(steps: readonly Step[]): Promise<readonly number[]>;
}

const stored = ({ body, ...rest }: Item) =>
  ({
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    body: serialise(body),
  }) as never;

interface Formatted extends Omit<Item, "body"> {
  readonly body: string;
}
const loaded = (found: unknown): Item => {
  const { body, ...rest } = found as Formatted;
  return { ...rest, body: parse(body) };
};

const failedCondition = (error: unknown) =>
  error instanceof Error && error.name === "ConditionalCheckFailedException";

/**
 * @param client made once for each process, with the clock's retries
 * @param name of the table
 */
export function createStore(client: DynamoDBClient, name: string, clock: Clock): Store {
  const documentClient = DynamoDBDocumentClient.from(client);
  const table = new Table({
    documentClient,
    name,
    partitionKey: { name: "pk", type: "string" },
    sortKey: { name: "sk", type: "string" },
  });
  const entity = new Entity({
    name: "item",
    table,
    entityAttribute: false,
    timestamps: false,
    schema: shape,
  });

  const conditionally = async (send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await send();
      return true;
    } catch (error) {
      if (failedCondition(error)) return false;
      throw error;
    }
  };

  const transaction = (step: Step) => {
    if ("put" in step)
      return entity
        .build(PutTransaction)
        .item(stored(step.put))
        .options(step.if ? { condition: step.if as never } : {});
    return entity
      .build(DeleteTransaction)
      .key(step.remove)
      .options(step.if ? { condition: step.if as never } : {});
  };

  return {
    async get(key) {
      const { Item: found } = await entity
        .build(GetItemCommand)
        .key(key)
        .options({ consistent: true })
        .send();
      return found && loaded(found);
    },
    put: (given, condition) =>
      conditionally(() =>
        entity
          .build(PutItemCommand)
          .item(stored(given))
          .options(condition ? { condition: condition as never } : {})
          .send(),
      ),
    remove: (key, condition) =>
      conditionally(() =>
        entity
          .build(DeleteItemCommand)
          .key(key)
          .options(condition ? { condition: condition as never } : {})
          .send(),
      ),
    async expire({ pk, sk }, ttl) {
      // The one update of an item that another role wrote: it names the key and the attribute, so
      // that IAM can hold it to them.
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
    },
    async add(key, type, amount) {
      const { Attributes } = await entity
        .build(UpdateItemCommand)
        .item({ ...key, type, v: 1, body: "null", version: $add(amount) })
        .options({ returnValues: "ALL_NEW" })
        .send();
      return (Attributes as { version?: number } | undefined)?.version ?? amount;
    },
    async *query(pk, { from, prefix, reverse = false, limit } = {}) {
      const range =
        prefix !== undefined
          ? { range: { beginsWith: prefix } }
          : from !== undefined
            ? { range: { gt: from } }
            : {};
      let exclusiveStartKey: Record<string, unknown> | undefined;
      let left = limit ?? Number.POSITIVE_INFINITY;
      do {
        const page = await table
          .build(QueryCommand)
          .query({ partition: pk, ...range } as never)
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
    },
    async transact(steps) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await executeTransactWrite({ documentClient }, ...steps.map(transaction));
          return [];
        } catch (error) {
          const reasons = (error as { CancellationReasons?: { Code?: string }[] })
            .CancellationReasons;
          if (!reasons) throw error;
          const lost = reasons.flatMap(({ Code }, at) =>
            Code === "ConditionalCheckFailed" ? [at] : [],
          );
          if (lost.length) return lost;
          const other = reasons.find(
            ({ Code }) =>
              Code &&
              ![
                "None",
                "TransactionConflict",
                "ThrottlingError",
                "ProvisionedThroughputExceeded",
              ].includes(Code),
          );
          if (other) throw error;
          if (attempt >= 8)
            throw new TryAgain(
              `the ledger is contended: ${reasons.map(({ Code }) => Code).join(", ")}`,
            );
          await clock.sleep(seconds(Math.random() * 0.05 * 2 ** attempt));
        }
      }
    },
  };
}
