/**
 * Messages that should have become incidents and could not: kept until they are taken, however long
 * what takes them is away, and offered before anything newer about the same matter.
 */
import { keys } from "../ledger/keys.ts";
import type { Key, Store } from "../ledger/store.ts";
import { digest } from "../sdk/codec.ts";
import type { KeptMessage } from "./outbox.ts";
import type { Outgoing } from "./outgoing.ts";
import type { MessagePlace } from "./telling.ts";

/** What one incident is of: a beginning and its end have the same. */
const matterOf = ({ unit, account, region, key, id }: Outgoing): string =>
  digest([unit, account, region, key ?? id]).slice(0, 32);

/** In its partition the messages about one matter lie together, the oldest first. */
const markOf = (message: Outgoing): Key => ({
  pk: keys.untaken,
  sk: `${matterOf(message)}#${message.at.toISOString()}#${message.id}`,
});

/**
 * Says that it was not taken. The same twice is one. With all of the message: where it lies, it may
 * have been told and be deleted meanwhile.
 */
export const keepUntaken = (
  store: Store,
  { pk, sk }: MessagePlace,
  message: Outgoing,
): Promise<boolean> =>
  store.put({
    ...markOf(message),
    type: "untaken",
    body: { pk, sk, message } satisfies KeptMessage,
  });

/** It was taken. */
export const endUntaken = (store: Store, message: Outgoing): Promise<boolean> =>
  store.remove(markOf(message));

/** All that were not taken: of each matter the oldest first. */
export async function* allUntaken(store: Store): AsyncIterable<KeptMessage> {
  for await (const { body } of store.query(keys.untaken)) yield body as KeptMessage;
}

/** Whether it still waits. */
export async function isUntaken(store: Store, message: Outgoing): Promise<boolean> {
  const { pk, sk } = markOf(message);
  const found = await Array.fromAsync(store.query(pk, { prefix: sk, limit: 1 }));
  return found.length > 0;
}

/** Those about the same matters as these messages, of each the oldest first: they go before them. */
export async function untakenBefore(
  store: Store,
  messages: readonly Outgoing[],
): Promise<KeptMessage[]> {
  const any = await Array.fromAsync(store.query(keys.untaken, { limit: 1 }));
  if (!any.length) return [];
  const matters = [...new Set(messages.map(matterOf))];
  const waiting = await Promise.all(
    matters.map((matter) => Array.fromAsync(store.query(keys.untaken, { prefix: `${matter}#` }))),
  );
  return waiting.flat().map(({ body }) => body as KeptMessage);
}

/** What is kept of what could not be taken, as whoever hands it on uses it. */
export interface WaitingMessages {
  /** What waits to be taken and is about the same matters: it goes first. */
  waitingBefore(messages: readonly Outgoing[]): Promise<readonly KeptMessage[]>;
  /** It waits from now on, until it is taken. */
  keep(at: MessagePlace, message: Outgoing): Promise<void>;
  /** It was taken, and waits no more. */
  end(message: Outgoing): Promise<void>;
}

export const untakenIn = (store: Store): WaitingMessages => ({
  waitingBefore: (messages) => untakenBefore(store, messages),
  keep: async (at, message) => void (await keepUntaken(store, at, message)),
  end: async (message) => void (await endUntaken(store, message)),
});
