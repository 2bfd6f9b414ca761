/**
 * One queue a channel, so that one that is slow or down does not hold up the others (rule:
 * told-at-least-once).
 */
import * as z from "zod/mini";
import type { Channel, Placed } from "./channel.ts";

/** What lies on a channel's queue: not the message, but where it is. */
export interface Letter extends Placed {
  /** Through what it is to be told. */
  readonly channel: string;
  /** When it was put there: how long trying is useful goes by it. */
  readonly at: Date;
  /** The channels that have been given up for it, in order, and why. */
  readonly tried: readonly Tried[];
}

export interface Tried {
  readonly channel: string;
  readonly why: string;
}

const text = z.string().check(z.minLength(1));
const letter = z.object({
  pk: text,
  sk: text,
  channel: text,
  channels: z.array(text),
  at: z.iso.datetime(),
  tried: z._default(z.array(z.object({ channel: text, why: z.string() })), []),
});

export const writeLetter = ({ at, ...rest }: Letter): string =>
  JSON.stringify({ ...rest, at: at.toISOString() });

/** @throws when it is none of ours */
export function readLetter(body: string): Letter {
  const { at, ...rest } = letter.parse(JSON.parse(body));
  return { ...rest, at: new Date(at) };
}

/** Puts a letter on the queue of its channel. */
export type Post = (letter: Letter) => Promise<void>;

/** What a message was put on a queue for is remembered by. */
export const queuedMark = (channel: string): string => `queued:${channel}`;

/**
 * Stands where tell chooses among channels: what is sent through it waits in its queue, and the
 * channel's own function tells it.
 */
export const queued = (name: string, post: Post, now: () => Date): Channel => ({
  name,
  mark: queuedMark(name),
  async send(_, at) {
    if (!at) throw new Error(`a message that the ledger does not hold cannot wait for ${name}`);
    await post({ ...at, channel: name, at: now(), tried: [] });
  },
});
