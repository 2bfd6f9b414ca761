/** The one DynamoDB table: its shape, and how an item lies in it. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Entity, item, number, string, Table } from "dynamodb-toolbox";
import { parse, serialise } from "../sdk/codec.ts";
import { names } from "../settings/names.ts";
import type { Condition, Item } from "./store.ts";

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

const tableOf = (documentClient: DynamoDBDocumentClient) =>
  new Table({
    documentClient,
    name: names.table,
    partitionKey: { name: "pk", type: "string" },
    sortKey: { name: "sk", type: "string" },
  });

const entityOf = (table: ReturnType<typeof tableOf>) =>
  new Entity({ name: "item", table, entityAttribute: false, timestamps: false, schema: shape });

/** The ledger's table with its one kind of item. */
export interface LedgerTable {
  readonly documentClient: DynamoDBDocumentClient;
  readonly table: ReturnType<typeof tableOf>;
  readonly entity: ReturnType<typeof entityOf>;
}

/** @param client of the home region */
export function ledgerTable(client: DynamoDBClient): LedgerTable {
  const documentClient = DynamoDBDocumentClient.from(client);
  const table = tableOf(documentClient);
  return { documentClient, table, entity: entityOf(table) };
}

/** As it lies in the table: without what is `undefined`, its body as text. */
export const stored = ({ body, ...rest }: Item) =>
  ({
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    body: serialise(body),
  }) as never;

interface Formatted extends Omit<Item, "body"> {
  readonly body: string;
}
/** As it was stored. */
export const loaded = (found: unknown): Item => {
  const { body, ...rest } = found as Formatted;
  return { ...rest, body: parse(body) };
};

/** In the form that dynamodb-toolbox takes; it types conditions by the schema, we by hand. */
export const conditionOf = (condition: Condition | undefined): { condition?: never } =>
  condition ? { condition: condition as never } : {};
