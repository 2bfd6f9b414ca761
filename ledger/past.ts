/** What the ledger has of some days: each line of a run, each action of it; and what cannot be read. */
import { inOneLine } from "../sdk/errors.ts";
import type { DaysAsked } from "../sdk/past.ts";
import { type ActionRecord, isUsed } from "./actions.ts";
import { keys, type Writer } from "./keys.ts";
import type { RunLine } from "./runs.ts";
import type { Item, Store } from "./store.ts";

/** A run, in as many lines as it has: its own, and one of the end of its flows. */
export type RunLines = readonly [RunLine, ...RunLine[]];

/** Why something of the past cannot be read, once for each. */
export type OnUnreadable = (why: string) => void;

/**
 * The lines of these days, the oldest first.
 * @param leftOut is told of those that cannot be read
 */
export async function linesBetween(
  store: Store,
  { writer, unit }: { readonly writer: Writer; readonly unit: string },
  { since, until }: DaysAsked,
  leftOut: OnUnreadable,
): Promise<RunLine[]> {
  const lines: RunLine[] = [];
  const range = {
    from: since.toISOString(),
    unreadable: ({ sk, why }: { readonly sk: string; readonly why: string }) => {
      if (sk < until.toISOString()) leftOut(why);
    },
  };
  for await (const { sk, body } of store.query(keys.runs(writer, unit), range)) {
    if (sk >= until.toISOString()) break;
    lines.push(body as RunLine);
  }
  return lines;
}

/** An action, and when what it came to was known. */
export interface PastAction {
  readonly record: ActionRecord;
  readonly at: Date;
}

const asAction = ({ body }: Item): ActionRecord => body as ActionRecord;

/** Those that a run has recorded; a flow's are over when its run's last line says so. */
export async function* actionsIn(
  store: Store,
  { writer, unit }: { readonly writer: Writer; readonly unit: string },
  lines: RunLines,
  leftOut: OnUnreadable,
): AsyncGenerator<PastAction> {
  const [first] = lines;
  const end = lines.find(({ ends }) => ends)?.at;
  const range = {
    prefix: "action#",
    unreadable: ({ why }: { readonly why: string }) => leftOut(inOneLine(why)),
  };
  for await (const item of store.query(keys.run(writer, unit, first.run).pk, range)) {
    const record = asAction(item);
    const at = end && isUsed(record) && end > record.at ? end : record.at;
    yield { record, at };
  }
}
