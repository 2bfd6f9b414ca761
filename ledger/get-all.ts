/** Several items at once, wherever they lie: one request for up to a hundred. */
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { chunks } from "../sdk/chunks.ts";
import { TryAgain } from "../sdk/errors.ts";
import { type Clock, seconds } from "../sdk/time.ts";
import type { Item, Key } from "./store.ts";
import { type LedgerTable, loaded } from "./table.ts";

/** What a request takes. */
const mostKeys = 100;
const mostTries = 8;

/** Tells keys apart: no key holds a NUL. */
const nameOf = ({ pk, sk }: Key): string => `${pk}\0${sk}`;

/**
 * @returns for each key its item, in the order of the keys; `undefined` where there is none
 * @throws {TryAgain} when the table leaves some unread again and again: what was not read is not
 * missing
 */
export async function getAll(
  table: LedgerTable,
  keys: readonly Key[],
  clock: Clock,
): Promise<(Item | undefined)[]> {
  const distinct = new Map(keys.map(({ pk, sk }) => [nameOf({ pk, sk }), { pk, sk }]));
  const found = new Map<string, Item>();
  const pages = [...chunks([...distinct.values()], mostKeys)];
  await Promise.all(
    pages.map(async (page) => {
      for (const item of await readPage(table, page, clock)) found.set(nameOf(item), item);
    }),
  );
  return keys.map((key) => found.get(nameOf(key)));
}

async function readPage(
  { documentClient, name }: LedgerTable,
  keys: readonly Key[],
  clock: Clock,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let left: readonly Key[] = keys;
  for (let tries = 1; ; tries += 1) {
    const { Responses, UnprocessedKeys } = await documentClient.send(
      new BatchGetCommand({ RequestItems: { [name]: { Keys: [...left], ConsistentRead: true } } }),
    );
    items.push(...(Responses?.[name] ?? []).map(loaded));
    left = (UnprocessedKeys?.[name]?.Keys ?? []) as unknown as readonly Key[];
    if (!left.length) return items;
    if (tries >= mostTries)
      throw new TryAgain(`the ledger leaves ${left.length} items unread: it has too much to do`);
    await clock.sleep(seconds(Math.random() * 0.05 * 2 ** tries));
  }
}
