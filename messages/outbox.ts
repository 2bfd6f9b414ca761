/**
 * The messages that are still to be told. The table's stream hands new ones to tell; the watchdog
 * looks for forgotten ones.
 */

import { isOutbox, keys } from "../ledger/keys.ts";
import { absent, type Key, type Step, type Store } from "../ledger/store.ts";
import { ttlAfter } from "../ledger/ttl.ts";
import { same } from "../sdk/codec.ts";
import { after, days, seconds } from "../sdk/time.ts";
import type { Outgoing } from "./outgoing.ts";

/**
 * All that write an outbox, each in a partition of its own: what looks for forgotten messages goes
 * by it.
 */
export const outboxWriters = (units: readonly string[]): string[] => [
  ...units.flatMap((unit) => [`unit#${unit}`, `undo#${unit}`]),
  "decision",
  "watch",
  "exempt",
  "incident",
  "deliver",
];

/** A told message is kept this long: its TTL starts when it is told (rule: told-at-least-once). */
const kept = days(30);

const placeOf = (writer: string, { at, id }: Pick<Outgoing, "at" | "id">): Key => ({
  pk: keys.outbox(writer),
  sk: `${at.toISOString()}#${id}`,
});

/**
 * @param writer the partition's first part: `unit#<id>`, `undo#<id>`, `decision`, `watch`, `exempt`, `incident`, `deliver`
 */
export const post = (writer: string, message: Outgoing): Step => ({
  put: { ...placeOf(writer, message), type: "message", body: message },
});

/** What it is about, and whether that is over; how it is shown may differ by where it is told. */
const matterOf = (message: Outgoing): unknown => {
  const { id, at, unit, account, region, key, title, closes } = message;
  const confirmed = "confirmed" in message ? message.confirmed : undefined;
  return { id, at, unit, account, region, key, title, closes, confirmed };
};

/** Who may have said something in this unit's name: itself, what delivers, or the watchdog. */
const writersFor = (unit: string): string[] => [
  unit === "deliver" ? "deliver" : `unit#${unit}`,
  "watch",
];

/**
 * Whether a message lies in the outbox of its unit, or of the watchdog, and is about the same there.
 * Whoever merely hands it over cannot have put it there.
 */
export async function isPosted(store: Store, message: Outgoing): Promise<boolean> {
  for (const writer of writersFor(message.unit)) {
    const found = await store.get(placeOf(writer, message));
    if (found && same(matterOf(found.body as Outgoing), matterOf(message))) return true;
  }
  return false;
}

/** Posts outside a transaction: the same message twice is one. */
export async function put(store: Store, writer: string, message: Outgoing): Promise<void> {
  const step = post(writer, message);
  if ("put" in step) await store.put(step.put, { attr: "pk", exists: false });
}

export const alreadyTold = async (
  store: Store,
  message: string,
  channel: string,
): Promise<boolean> => (await store.get(keys.told(message, channel))) !== undefined;

export const markTold = (
  store: Store,
  message: string,
  channel: string,
  now: Date,
): Promise<boolean> =>
  store.put({
    ...keys.told(message, channel),
    type: "told",
    ttl: ttlAfter(now, kept),
    body: { at: now },
  });

/** A channel is given up for this message: another tells it instead. */
export const markReplaced = (
  store: Store,
  message: string,
  { channel, instead }: { readonly channel: string; readonly instead: string },
  now: Date,
): Promise<boolean> =>
  store.put({
    ...keys.told(message, channel),
    type: "told",
    ttl: ttlAfter(now, kept),
    body: { at: now, instead },
  });

/**
 * Whether each of these channels, or the one that stands in for it, has told the message. Of
 * several that finish at the same moment at least one sees it.
 */
export async function settled(
  store: Store,
  message: string,
  channels: readonly string[],
): Promise<boolean> {
  const told = new Map<string, string | undefined>();
  for await (const { sk, type, body } of store.query(keys.toldBy(message)))
    if (type === "told") told.set(sk, (body as { instead?: string }).instead);
  const isTold = (channel: string, seen: readonly string[] = []): boolean => {
    if (!told.has(channel)) return false;
    const instead = told.get(channel);
    return instead === undefined || seen.includes(instead) || isTold(instead, [...seen, channel]);
  };
  return channels.every((channel) => isTold(channel));
}

/**
 * For so long nobody else sends the same message through the same channel: longer than an answer
 * may take.
 */
const sendingFor = seconds(60);

/**
 * Begins to send, so that two deliveries of one letter do not both. @returns false while another is
 * at it
 */
export const beginSending = (
  store: Store,
  message: string,
  channel: string,
  now: Date,
): Promise<boolean> =>
  store.put(
    {
      ...keys.told(message, `sending:${channel}`),
      type: "sending",
      lease: after(now, sendingFor).getTime(),
      ttl: ttlAfter(now, kept),
      body: null,
    },
    { or: [absent, { attr: "lease", lt: now.getTime() }] },
  );

/** It was not taken: the next may try at once. */
export const endSending = (store: Store, message: string, channel: string): Promise<boolean> =>
  store.remove(keys.told(message, `sending:${channel}`));

/** A message by its place. */
export async function messageAt(
  store: Store,
  { pk, sk }: Pick<KeptMessage, "pk" | "sk">,
): Promise<Outgoing | undefined> {
  if (!isOutbox(pk)) return undefined;
  const found = await store.get({ pk, sk });
  return found?.type === "message" ? (found.body as Outgoing) : undefined;
}

/** Whether exactly this message lies there. */
export async function isPostedAt(
  store: Store,
  at: Pick<KeptMessage, "pk" | "sk">,
  message: Outgoing,
): Promise<boolean> {
  const found = await messageAt(store, at);
  return found !== undefined && same(found, message);
}

/** A message with its place in the table. */
export interface KeptMessage {
  readonly pk: string;
  readonly sk: string;
  readonly message: Outgoing;
}

/** The messages of one writer that nobody has told, oldest first, posted between two times. */
export async function* untold(
  store: Store,
  writer: string,
  since: Date,
  until: Date,
): AsyncIterable<KeptMessage> {
  for await (const { pk, sk, body, ttl } of store.query(keys.outbox(writer), {
    from: since.toISOString(),
  })) {
    const message = body as Outgoing;
    if (message.at > until) return;
    if (ttl === undefined) yield { pk, sk, message };
  }
}

/** It was told through every channel: from now on its TTL runs. */
export const expire = (
  store: Store,
  { pk, sk }: Pick<KeptMessage, "pk" | "sk">,
  now: Date,
): Promise<void> => store.expire({ pk, sk }, ttlAfter(now, kept));
