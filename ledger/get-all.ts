/** Several items at once, wherever they lie: one request for up to a hundred. */
import { type AttributeValue, BatchGetItemCommand } from "@aws-sdk/client-dynamodb";
import { chunks } from "../sdk/chunks.ts";
import { TryAgain } from "../sdk/errors.ts";
import { type Clock, seconds } from "../sdk/time.ts";
import type { ItemRead, Key } from "./store.ts";
import { type LedgerTable, loaded, storedKey } from "./table.ts";

/** What a request takes. */
const mostKeys = 100;
const mostTries = 8;

type Attributes = Record<string, AttributeValue>;

/** Tells keys apart: no key holds a NUL. */
const nameOf = ({ pk, sk }: Key): string => `${pk}\0${sk}`;

/**
 * @returns for each key what was read there, in the order of the keys: one that cannot be read is in
 * nobody else's way
 * @throws {TryAgain} when the table leaves some unread again and again: what was not read is not
 * missing
 */
export async function getAll(
  table: LedgerTable,
  keys: readonly Key[],
  clock: Clock,
): Promise<readonly ItemRead[]> {
  const distinct = new Map(keys.map((key) => [nameOf(key), key]));
  const found = new Map<string, ItemRead>();
  const pages = [...chunks([...distinct.values()], mostKeys)];
  await Promise.all(
    pages.map(async (page) => {
      for (const item of await readPage(table, page, clock))
        found.set(nameOf({ pk: item.pk?.S ?? "", sk: item.sk?.S ?? "" }), readOf(item));
    }),
  );
  return keys.map((key) => found.get(nameOf(key)) ?? { item: undefined });
}

function readOf(found: Attributes): ItemRead {
  try {
    return { item: loaded(found) };
  } catch (error) {
    return { error };
  }
}

async function readPage(
  { client, name }: LedgerTable,
  keys: readonly Key[],
  clock: Clock,
): Promise<readonly Attributes[]> {
  const items: Attributes[] = [];
  let left: Attributes[] = keys.map(storedKey);
  for (let tries = 1; ; tries += 1) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: true } } }),
    );
    items.push(...(Responses?.[name] ?? []));
    left = UnprocessedKeys?.[name]?.Keys ?? [];
    if (!left.length) return items;
    if (tries >= mostTries)
      throw new TryAgain(`the ledger leaves ${left.length} items unread: it has too much to do`);
    await clock.sleep(seconds(Math.random() * 0.05 * 2 ** tries));
  }
}
