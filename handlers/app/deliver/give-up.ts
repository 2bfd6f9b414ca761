/** A channel is given up for a message: another one has it, at last the topic. */
import { type Letter, queuedMark } from "../../../channels/queue.ts";
import { TakenInPart, Undelivered } from "../../../channels/undelivered.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { cut, plain } from "../../../sdk/plain.ts";
import type { Batch, DeliverHost, LetterAttempt, Outcome } from "./batch.ts";

/** In words for people: names no secret. */
export function whyOf(error: unknown): string {
  if (error instanceof Undelivered) return error.message;
  if (error instanceof TakenInPart)
    return `it does not reach ${error.missed.join(", ")}: ${error.message}`;
  const name = error instanceof Error ? error.name : "no error";
  return `it failed in a way that it does not name (${name})`;
}

/** @param error what the channel said last */
export async function giveChannelUp(
  batch: Batch,
  attempt: LetterAttempt,
  error: unknown,
): Promise<Outcome> {
  const { host, direct } = batch;
  const why = whyOf(error);
  const { telling, topic, log, metrics } = host;
  const { letter, message } = attempt;
  const { channel } = letter;
  const tried = [...letter.tried, { channel, why }];
  const next = host.fallback(message, channel) ?? topic.name;
  log.error("A channel is given up for a message", {
    messageId: message.id,
    channel,
    instead: next,
    why,
  });
  metrics.add("failed", 1);
  const isUntried = direct.has(next) && !tried.some((other) => other.channel === next);
  const untold = { ...attempt, letter: { ...letter, tried } };
  const instead = isUntried
    ? await handOver(host, untold, next)
    : await tellThroughTopic(host, untold);
  await telling.giveUp(message.id, channel, instead);
  // A channel that has nobody for it is none that fails: it would be told of for ever.
  if (!(error instanceof Undelivered && error.forNobody)) await telling.fails(channel, why, host);
  await telling.settle(letter, message.id, letter.channels);
  return "done";
}

/**
 * To another queue, where it has all its tries; once, also where it waits there already by a route
 * of its own.
 */
async function handOver(
  { telling, post, clock }: DeliverHost,
  { letter, message }: LetterAttempt,
  channel: string,
): Promise<string> {
  if (await telling.already(message.id, queuedMark(channel))) return channel;
  await post({ ...letter, channel, at: clock.now() });
  await telling.mark(message.id, queuedMark(channel));
  return channel;
}

async function tellThroughTopic(
  { telling, topic, metrics }: Batch["host"],
  { letter, message }: LetterAttempt,
): Promise<string> {
  if (await telling.already(message.id, topic.name)) return topic.name;
  await topic.send(noted(message, letter));
  await telling.mark(message.id, topic.name);
  metrics.add("told", 1);
  return topic.name;
}

/** The message, and that it comes another way than it should: the last fact, so that it is seen. */
export function noted(message: Outgoing, { tried }: Pick<Letter, "tried">): Outgoing {
  if (!tried.length) return message;
  const failures = Object.fromEntries(
    tried.map(({ channel, why }) => [
      `not told through ${cut(plain(channel), 60)}`,
      cut(plain(why), 300),
    ]),
  );
  return { ...message, facts: { ...message.facts, ...failures } };
}
