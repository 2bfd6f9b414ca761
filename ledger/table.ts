/** The one DynamoDB table: its shape, and how an item lies in it. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Entity, item, number, string, Table } from "dynamodb-toolbox";
import { parse, serialise } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";
import type { Condition, Item } from "./store.ts";

/** The form of items that this Nightshift writes, and the newest that it reads. */
export const ledgerForm = 1;

const shape = item({
  pk: string().key(),
  sk: string().key(),
  type: string(),
  /** The item's form: a reader refuses a newer one. */
  v: number().default(ledgerForm),
  body: string(),
  state: string().optional(),
  holder: string().optional(),
  lease: number().optional(),
  version: number().optional(),
  ttl: number().optional(),
});

const tableOf = (documentClient: DynamoDBDocumentClient, name: string) =>
  new Table({
    documentClient,
    name,
    partitionKey: { name: "pk", type: "string" },
    sortKey: { name: "sk", type: "string" },
  });

const entityOf = (table: ReturnType<typeof tableOf>) =>
  new Entity({ name: "item", table, entityAttribute: false, timestamps: false, schema: shape });

/** The ledger's table with its one kind of item. */
export interface LedgerTable {
  readonly name: string;
  readonly documentClient: DynamoDBDocumentClient;
  readonly table: ReturnType<typeof tableOf>;
  readonly entity: ReturnType<typeof entityOf>;
}

/**
 * @param client of the home region
 * @param name of the table
 */
export function ledgerTable(client: DynamoDBClient, name: string): LedgerTable {
  const documentClient = DynamoDBDocumentClient.from(client);
  const table = tableOf(documentClient, name);
  return { name, documentClient, table, entity: entityOf(table) };
}

/** As it lies in the table: without what is `undefined`, its body as text. */
export const stored = ({ body, ...rest }: Item) =>
  ({
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    body: serialise(body),
  }) as never;

interface Formatted extends Omit<Item, "body"> {
  readonly body: string;
  readonly v: number;
}
/**
 * As it was stored.
 * @throws {NotPossible} for an item of a newer form: half understood it would be acted on wrongly
 */
export function loaded(found: unknown): Item {
  const { body, v, ...rest } = found as Formatted;
  if (v > ledgerForm)
    throw new NotPossible(
      `the ledger was written by a newer Nightshift (version ${v}, at ${rest.pk} ${rest.sk}); this one reads ${ledgerForm}: upgrade the package and deploy again, nothing is lost meanwhile`,
    );
  return { ...rest, body: parse(body) };
}

/** In the form that dynamodb-toolbox takes; it types conditions by the schema, we by hand. */
export const conditionOf = (condition: Condition | undefined): { condition?: never } =>
  condition ? { condition: condition as never } : {};
