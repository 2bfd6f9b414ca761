/** A channel is given up for a message: another one has it, at last the topic. */
import { type Letter, queuedMark } from "../../../channels/queue.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { cut, plain } from "../../../sdk/plain.ts";
import type { Batch, DeliverHost, LetterAttempt, Outcome } from "./batch.ts";

/** @param why in words for people */
export async function giveChannelUp(
  batch: Batch,
  attempt: LetterAttempt,
  why: string,
): Promise<Outcome> {
  const { host, direct } = batch;
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
  await telling.report(channel, failing(channel, why, host));
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

function failing(
  channel: string,
  why: string,
  { clock, account, home }: Pick<DeliverHost, "clock" | "account" | "home">,
): Outgoing {
  const at = clock.now();
  return {
    id: `deliver.${channel}.${at.toISOString().slice(0, 13)}`,
    at,
    account,
    region: home,
    unit: "deliver",
    kind: "watchdog",
    severity: "critical",
    title: `The channel ${channel} does not take messages: they go another way`,
    facts: {
      "the last one failed because": why,
      "what now":
        "mend the channel: docs/channels.md says what it needs; or take it out of the settings. The next message goes through it again",
    },
    key: `channel#${channel}`,
  };
}
