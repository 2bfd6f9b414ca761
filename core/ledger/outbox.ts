/** The messages that are still to be told. The table's stream hands new ones to tell; the watchdog looks for forgotten ones. */
import type { Outgoing } from "../run/result.ts";
import { keys } from "./keys.ts";
import type { Step, Store } from "./store.ts";

/** All that write an outbox, each in a partition of its own: what looks for forgotten messages goes by it. */
export const outboxWriters = (units: readonly string[]): string[] => [
  ...units.flatMap((unit) => [`unit#${unit}`, `undo#${unit}`]),
  "decision",
  "watch",
  "exempt",
];

/** A told message is kept this long: its TTL starts when it is told (rules.md, 32). */
const keptSeconds = 30 * 86_400;

/**
 * @param writer the partition's first part: `unit#<id>`, `undo#<id>`, `decision`, `watch`, `exempt`
 */
export const post = (writer: string, message: Outgoing): Step => ({
  put: { pk: keys.outbox(writer), sk: `${message.at.toISOString()}#${message.id}`, type: "message", body: message },
});

/** Posts outside a transaction: the same message twice is one. */
export async function put(store: Store, writer: string, message: Outgoing): Promise<void> {
  const step = post(writer, message);
  if ("put" in step) await store.put(step.put, { attr: "pk", exists: false });
}

export const alreadyTold = async (store: Store, message: string, channel: string): Promise<boolean> =>
  (await store.get(keys.told(message, channel))) !== undefined;

export const markTold = (store: Store, message: string, channel: string, now: Date): Promise<boolean> =>
  store.put({ ...keys.told(message, channel), type: "told", ttl: Math.floor(now.getTime() / 1000) + keptSeconds, body: { at: now } });

/** A message with its place in the table. */
export interface Kept {
  readonly pk: string;
  readonly sk: string;
  readonly message: Outgoing;
}

/** The messages of one writer that nobody has told, oldest first, posted between two times. */
export async function* untold(store: Store, writer: string, since: Date, until: Date): AsyncIterable<Kept> {
  for await (const { pk, sk, body, ttl } of store.query(keys.outbox(writer), { from: since.toISOString() })) {
    const message = body as Outgoing;
    if (message.at > until) return;
    if (ttl === undefined) yield { pk, sk, message };
  }
}

/** It was told through every channel: from now on its TTL runs. */
export const expire = (store: Store, { pk, sk }: Pick<Kept, "pk" | "sk">, now: Date): Promise<void> =>
  store.expire({ pk, sk }, Math.floor(now.getTime() / 1000) + keptSeconds);
