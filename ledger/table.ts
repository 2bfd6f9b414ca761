/** The one DynamoDB table: how an item, a condition and a range lie in a request to it. */
import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { parse, serialise } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";
import type { Condition, Item, Key, QueryRange } from "./store.ts";

/** The form of items that this Nightshift writes, and the newest that it reads. */
export const ledgerForm = 1;

/** The ledger's table, and what sends to it. */
export interface LedgerTable {
  readonly client: DynamoDBClient;
  readonly name: string;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

/** The ledger's attributes are texts and numbers alone: the record itself is one text. */
const attribute = (value: string | number): AttributeValue =>
  typeof value === "number" ? { N: String(value) } : { S: value };

/** The key as the table has it. */
export const storedKey = ({ pk, sk }: Key) => ({ pk: { S: pk }, sk: { S: sk } });

/** As it lies in the table: without what is `undefined`, its body as text. */
export function stored({ body, ...rest }: Item): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries({ ...rest, v: ledgerForm, body: serialise(body) }))
    if (value !== undefined) attributes[name] = attribute(value);
  return attributes;
}

/** Reads the attributes of one item, and says of which one where something is wrong. */
function readerOf(found: Attributes) {
  const at = `${found.pk?.S} ${found.sk?.S}`;
  const wrong = (name: string): never => {
    throw new NotPossible(
      `the ledger's item at ${at} has no ${name} that can be read: something other than Nightshift wrote it; look at it with \`aws dynamodb get-item\` before it is changed or removed`,
    );
  };
  const text = (name: string): string | undefined => {
    const value = found[name];
    return value === undefined ? undefined : (value.S ?? wrong(name));
  };
  const number = (name: string): number | undefined => {
    const value = found[name];
    if (value === undefined) return undefined;
    const read = Number(value.N ?? wrong(name));
    return Number.isFinite(read) ? read : wrong(name);
  };
  return { at, wrong, text, number };
}

/**
 * As it was stored.
 * @throws {NotPossible} for an item of a newer form: half understood it would be acted on wrongly;
 * and for one that nobody here has written
 */
export function loaded(found: Attributes): Item {
  const { at, wrong, text, number } = readerOf(found);
  const record = (): unknown => {
    const body = text("body") ?? wrong("body");
    try {
      return parse(body);
    } catch {
      return wrong("body");
    }
  };
  const form = number("v") ?? wrong("v");
  if (form > ledgerForm)
    throw new NotPossible(
      `the ledger was written by a newer Nightshift (version ${form}, at ${at}); this one reads ${ledgerForm}: upgrade the package and deploy again, nothing is lost meanwhile`,
    );
  const optional = {
    state: text("state"),
    holder: text("holder"),
    lease: number("lease"),
    version: number("version"),
    ttl: number("ttl"),
  };
  return {
    pk: text("pk") ?? wrong("pk"),
    sk: text("sk") ?? wrong("sk"),
    type: text("type") ?? wrong("type"),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    body: record(),
  };
}

/** Collects what an expression names: DynamoDB reserves words, and takes values apart from it. */
class Expression {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  name(attr: string): string {
    const known = this.#names.get(attr) ?? `#${this.#names.size}`;
    this.#names.set(attr, known);
    return known;
  }

  value(value: string | number): string {
    this.#values.push(attribute(value));
    return `:${this.#values.length - 1}`;
  }

  /** The maps that go along with it; DynamoDB refuses empty ones. */
  parts() {
    const names = Object.fromEntries([...this.#names].map(([attr, name]) => [name, attr]));
    const values = Object.fromEntries(this.#values.map((value, at) => [`:${at}`, value]));
    return {
      ExpressionAttributeNames: names,
      ...(this.#values.length && { ExpressionAttributeValues: values }),
    };
  }
}

function expressed(condition: Condition, by: Expression): string {
  if ("or" in condition) return joined(condition.or, "OR", by);
  if ("and" in condition) return joined(condition.and, "AND", by);
  const name = by.name(condition.attr);
  if ("exists" in condition)
    return condition.exists ? `attribute_exists(${name})` : `attribute_not_exists(${name})`;
  return "eq" in condition
    ? `${name} = ${by.value(condition.eq)}`
    : `${name} < ${by.value(condition.lt)}`;
}

const joined = (conditions: readonly Condition[], word: "AND" | "OR", by: Expression): string =>
  `(${conditions.map((each) => expressed(each, by)).join(` ${word} `)})`;

/** The fields of a request that make it conditional. */
export function conditionOf(condition: Condition | undefined) {
  if (!condition) return {};
  const by = new Expression();
  const ConditionExpression = expressed(condition, by);
  return { ConditionExpression, ...by.parts() };
}

/** The fields of a query that say which items of a partition. */
export function rangeOf(pk: string, { from, prefix }: QueryRange) {
  const by = new Expression();
  const wanted = [`${by.name("pk")} = ${by.value(pk)}`];
  if (prefix !== undefined) wanted.push(`begins_with(${by.name("sk")}, ${by.value(prefix)})`);
  else if (from !== undefined) wanted.push(`${by.name("sk")} > ${by.value(from)}`);
  return { KeyConditionExpression: wanted.join(" AND "), ...by.parts() };
}
