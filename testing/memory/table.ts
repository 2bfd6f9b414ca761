/** DynamoDB as the ledger uses it: one table in memory, its JSON protocol, its conditions. */
import { type Attributes, type Expressed, holds, type Value } from "./condition.ts";

interface Conditional extends Expressed {
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
}

/** An answer that is an error: its code, and what is beside it. */
export class TransactionRefused extends Error {
  readonly status: number;
  readonly more: object;
  constructor(code: string, message: string, more: object = {}, status = 400) {
    super(message);
    this.name = code;
    this.more = more;
    this.status = status;
  }
}

const text = (value: Value | undefined): string => value?.S ?? "";
const keyOf = (from: Attributes) => [text(from.pk), text(from.sk)] as const;
/** DynamoDB remembers the token of a transaction for so long. */
const tokenLife = 10 * 60_000;

/** What a request of several takes. */
const mostItems = 100;
/** In bytes: one item, and all of a transaction. */
const mostInItem = 400 * 1024;
const mostInTransaction = 4 * 1024 * 1024;

const bytesIn = (item: Attributes = {}): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value?.S ?? value?.N ?? ""),
    0,
  );

function refuseTooLarge(items: readonly (Attributes | undefined)[]): void {
  const sizes = items.map((item) => bytesIn(item));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some((size) => size > mostInItem))
    throw new TransactionRefused(
      "ValidationException",
      "Item size has exceeded the maximum allowed size",
    );
  if (all > mostInTransaction)
    throw new TransactionRefused(
      "ValidationException",
      "Transaction request size exceeded the maximum allowed size",
    );
}

function refuseTwice(keys: readonly (readonly [string, string])[]): void {
  const distinct = new Set(keys.map((key) => key.join("\0")));
  if (distinct.size === keys.length) return;
  throw new TransactionRefused(
    "ValidationException",
    "Transaction request cannot include multiple operations on one item",
  );
}

/** What it answers: what is done with items. What is done with tables is not the ledger's. */
export const itemOperations: ReadonlySet<string> = new Set([
  "BatchGetItem",
  "DeleteItem",
  "GetItem",
  "PutItem",
  "Query",
  "TransactWriteItems",
  "UpdateItem",
]);

export class MemoryTable {
  readonly #partitions = new Map<string, Map<string, Attributes>>();
  readonly #tokens = new Map<string, number>();
  /** Told of each item that was not there before, in their order, as the table's stream is. */
  onInsert: (item: Attributes) => void = () => {};

  /** Every item, for a look from outside. */
  *all(): Iterable<Attributes> {
    for (const partition of this.#partitions.values()) yield* partition.values();
  }

  get(pk: string, sk: string): Attributes | undefined {
    return this.#partitions.get(pk)?.get(sk);
  }

  /** As DynamoDB's TTL does it. */
  delete(pk: string, sk: string): void {
    this.#write(pk, sk, undefined);
  }

  answer(operation: string, input: never, now: number): object {
    switch (operation) {
      case "GetItem":
        return this.#getItem(input);
      case "BatchGetItem":
        return this.#getItems(input);
      case "PutItem":
      case "DeleteItem":
      case "UpdateItem":
        return this.#one(operation, input);
      case "Query":
        return this.#query(input);
      case "TransactWriteItems":
        return this.#transact(input, now);
      default:
        throw new TransactionRefused("UnknownOperationException", operation);
    }
  }

  #getItem({ Key }: { Key: Attributes }) {
    const found = this.get(...keyOf(Key));
    return found ? { Item: found } : {};
  }

  #getItems({ RequestItems }: { RequestItems: Record<string, { Keys: readonly Attributes[] }> }) {
    const [[table = "", { Keys }] = ["", { Keys: [] }]] = Object.entries(RequestItems);
    if (Keys.length > mostItems)
      throw new TransactionRefused("ValidationException", "Too many items requested");
    refuseTwice(Keys.map((key) => keyOf(key)));
    const found = Keys.flatMap((key) => this.get(...keyOf(key)) ?? []);
    return { Responses: { [table]: found }, UnprocessedKeys: {} };
  }

  #write(pk: string, sk: string, item: Attributes | undefined): void {
    const partition = this.#partitions.get(pk) ?? new Map<string, Attributes>();
    this.#partitions.set(pk, partition);
    if (item && !partition.has(sk)) this.onInsert(item);
    if (item) partition.set(sk, item);
    else partition.delete(sk);
  }

  #fits(given: Conditional): boolean {
    return (
      !given.ConditionExpression ||
      holds(given.ConditionExpression, given, this.get(...keyOf(given.Item ?? given.Key ?? {})))
    );
  }

  #one(operation: string, given: Conditional): object {
    if (!this.#fits(given))
      throw new TransactionRefused(
        "ConditionalCheckFailedException",
        "The conditional request failed",
      );
    refuseTooLarge([given.Item]);
    const [pk, sk] = keyOf(given.Item ?? given.Key ?? {});
    if (operation !== "UpdateItem") {
      this.#write(pk, sk, given.Item);
      return {};
    }
    const item = updated({ ...given.Key, ...this.get(pk, sk) }, given);
    this.#write(pk, sk, item);
    return (given as { ReturnValues?: string }).ReturnValues === "ALL_NEW"
      ? { Attributes: item }
      : {};
  }

  #query(
    given: Expressed & {
      KeyConditionExpression: string;
      ScanIndexForward?: boolean;
      Limit?: number;
      ExclusiveStartKey?: Attributes;
    },
  ) {
    // The partition is named by the first value, whatever else is asked of the sort key.
    const {
      KeyConditionExpression: asked,
      ExpressionAttributeNames: names = {},
      ExpressionAttributeValues: values = {},
    } = given;
    const [, value = ""] =
      new RegExp(`${Object.keys(names).find((name) => names[name] === "pk")} = (:\\w+)`).exec(
        asked,
      ) ?? [];
    const sorted = [...(this.#partitions.get(text(values[value])) ?? [])].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    if (given.ScanIndexForward === false) sorted.reverse();
    const Items = sorted.flatMap(([, item]) => (holds(asked, given, item) ? [item] : []));
    const from = given.ExclusiveStartKey
      ? Items.findIndex(({ sk }) => text(sk) === text(given.ExclusiveStartKey?.sk)) + 1
      : 0;
    const page = Items.slice(from, given.Limit ? from + given.Limit : undefined);
    const last = page.at(-1);
    const more = from + page.length < Items.length && last;
    return {
      Items: page,
      Count: page.length,
      ScannedCount: page.length,
      ...(more && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
    };
  }

  #transact(
    {
      TransactItems,
      ClientRequestToken,
    }: {
      TransactItems: readonly Readonly<Record<string, Conditional>>[];
      ClientRequestToken?: string;
    },
    now: number,
  ) {
    const sent =
      ClientRequestToken === undefined ? undefined : this.#tokens.get(ClientRequestToken);
    if (sent !== undefined && now - sent < tokenLife) return {};
    const steps = TransactItems.map((step) => Object.entries(step)[0] as [string, Conditional]);
    if (steps.length > mostItems)
      throw new TransactionRefused("ValidationException", "Member must have length less than 100");
    refuseTwice(steps.map(([, { Item, Key }]) => keyOf(Item ?? Key ?? {})));
    refuseTooLarge(steps.map(([, { Item }]) => Item));
    const CancellationReasons = steps.map(([, given]) => ({
      Code: this.#fits(given) ? "None" : "ConditionalCheckFailed",
    }));
    if (CancellationReasons.some(({ Code }) => Code !== "None"))
      throw new TransactionRefused(
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons",
        {
          CancellationReasons,
        },
      );
    for (const [kind, given] of steps)
      this.#one(`${kind}Item`, { ...given, ConditionExpression: "" });
    if (ClientRequestToken !== undefined) this.#tokens.set(ClientRequestToken, now);
    return {};
  }
}

/** `SET #a = :a, … ADD #b :b`: what the ledger's two updates say. */
function updated(
  item: Attributes,
  {
    UpdateExpression = "",
    ExpressionAttributeNames: names = {},
    ExpressionAttributeValues: values = {},
  }: Conditional,
): Attributes {
  const [, set = "", add = ""] = /^(?:SET (.*?))?(?: ?ADD (.*))?$/.exec(UpdateExpression) ?? [];
  const pairs = (clause: string, by: RegExp) =>
    clause
      .split(", ")
      .filter(Boolean)
      .map((each) => each.split(by))
      .map(([name = "", value = ""]) => [names[name] ?? name, values[value]] as const);
  const changed: Record<string, Value | undefined> = { ...item };
  for (const [name, value] of pairs(set, / = /)) changed[name] = value;
  for (const [name, value] of pairs(add, / /))
    changed[name] = { N: String(Number(item[name]?.N ?? 0) + Number(value?.N ?? 0)) };
  return changed;
}
