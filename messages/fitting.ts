/** A message as the ledger can hold it, however much a report has found. */

import { serialise } from "../sdk/codec.ts";
import type { Message } from "../sdk/message.ts";
import { whenUsed } from "../sdk/when-used.ts";

/** DynamoDB takes 400 KB an item, and the message lies in the run's record and in the outbox. */
const mostBytes = 200_000;
/** Of that, for the names of what is affected. */
const mostNameBytes = 50_000;

const bytesOf = (value: unknown): number => Buffer.byteLength(serialise(value));

/** The first that fit. */
function firstOf<T>(all: readonly T[], most: number): readonly T[] {
  let left = most;
  const end = all.findIndex((each) => {
    left -= bytesOf(each) + 1;
    return left < 0;
  });
  return end < 0 ? all : all.slice(0, end);
}

const number = whenUsed(() => new Intl.NumberFormat("en-GB"));
const cut = (kept: number, all: number, what: string): string[] =>
  kept < all ? [`${number().format(all - kept)} of ${number().format(all)} ${what}`] : [];

/**
 * Of a long table and of many names the first, and how many there were: the worst stands first.
 * @param unit whose message it is
 */
export function fittingMessage(message: Message, unit: string): Message {
  if (bytesOf(message) <= mostBytes) return message;
  const { table, affected = [], ...rest } = message;
  const names = firstOf(affected, mostNameBytes);
  const left = mostBytes - bytesOf(rest) - bytesOf(names);
  const rows = firstOf(table?.rows ?? [], Math.max(left, 0));
  const missing = [
    ...cut(rows.length, table?.rows.length ?? 0, "rows"),
    ...cut(names.length, affected.length, "names"),
  ];
  return {
    ...rest,
    facts: {
      ...rest.facts,
      "Not shown": `${missing.join(" and ")}: they do not fit into a message. \`npx nightshift plan ${unit}\` prints all`,
    },
    ...(table && { table: { ...table, rows } }),
    ...(affected.length && { affected: names }),
  };
}
