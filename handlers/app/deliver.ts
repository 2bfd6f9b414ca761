/**
 * Tells what waits in a channel's queue: tries as long as that is useful, then through the next
 * channel, last through the topic.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Channel } from "../../channels/channel.ts";
import { type Letter, type Post, queuedMark, readLetter } from "../../channels/queue.ts";
import { Undelivered } from "../../channels/undelivered.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { Telling } from "../../messages/telling.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Severity } from "../../sdk/message.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { after, type Clock, hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import type { Log } from "./log.ts";
import { type Counter, noMetrics } from "./metrics.ts";
import { isOwn } from "./tell.ts";

export interface DeliverHost {
  /** Of the settings, each sent through directly. */
  readonly channels: readonly Channel[];
  /** Where everything goes at last. */
  readonly topic: Channel;
  /**
   * What stands in for a channel; asked again for that one, and so on. The topic where it names
   * nobody.
   */
  readonly fallback: (message: Outgoing, channel: string) => string | undefined;
  readonly telling: Telling;
  readonly post: Post;
  /** Makes a letter come again after so long. */
  readonly later: (record: SQSRecord, span: Span) => Promise<void>;
  readonly account: string;
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Counter;
  /** From 0 to 1; so that what failed together does not come again together. */
  readonly random?: () => number;
}

/** Trying is useful for so long; then another channel is the better way to be heard. */
export const useful: Readonly<Record<Severity, Span>> = {
  critical: minutes(10),
  warning: hours(1),
  info: hours(3),
};
/** A `Retry-After` up to this is waited for right here. */
const patience = seconds(15);
/**
 * Nothing is sent when less time than this remains: an answer may take ten seconds, the ledger
 * some.
 */
export const attemptTakes = seconds(20);
const longestWait = minutes(15);
/** Errors that no channel declares are bugs, or passing: so often they are tried. */
const triesOfUnknown = 3;

/** 5, 15, 45 … seconds, up to 15 minutes, give or take a fifth. */
const backOff = (tries: number, random: number): Span =>
  seconds(Math.min(longestWait.seconds, 5 * 3 ** (tries - 1)) * (0.8 + 0.4 * random));

/** Of this letter, this one included. */
const triesOf = ({ attributes }: SQSRecord): number =>
  Number(attributes.ApproximateReceiveCount) || 1;

/** In words for people: names no secret. */
export const whyOf = (error: unknown): string =>
  error instanceof Undelivered
    ? error.message
    : `it failed in a way that it does not name (${error instanceof Error ? error.name : "no error"})`;

/** The record's own channel took it, another one has it, or it comes again. */
type Outcome = "done" | "again";
interface Attempt {
  readonly record: SQSRecord;
  readonly letter: Letter;
  readonly message: Outgoing;
  readonly tries: number;
}

/**
 * @returns the handler. It answers which letters come again; SQS gives up on one after many times, into the failure queue
 */
export function deliverHandler(host: DeliverHost) {
  const { channels, topic, telling, clock, log, metrics = noMetrics, random = Math.random } = host;
  const direct = new Map(channels.map((channel) => [channel.name, channel]));

  return async (
    { Records }: Pick<SQSEvent, "Records">,
    { getRemainingTimeInMillis }: { getRemainingTimeInMillis(): number },
  ): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    const inTime = (more = 0): boolean =>
      getRemainingTimeInMillis() >= (attemptTakes.seconds + more) * 1000;
    /**
     * What a channel said that asks for patience: the rest of its letters wait without being sent.
     */
    const paused = new Map<string, { readonly error: Undelivered; readonly until: Date }>();

    for (const record of Records) {
      try {
        if ((await one(record)) === "again")
          batchItemFailures.push({ itemIdentifier: record.messageId });
      } catch (error) {
        log.error("A letter of a channel was not dealt with", {
          letter: record.messageId,
          error: inOneLine(error),
        });
        metrics.add("failed", 1);
        // Sooner than the queue's own time, which is as long as the function may take.
        await again(record, backOff(triesOf(record), random()));
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };

    async function one(record: SQSRecord): Promise<Outcome> {
      if (!inTime()) return again(record, seconds(1));
      const letter = readLetter(record.body);
      const message = await telling.read(letter);
      if (!message) {
        log.warn("A letter names a message that the ledger does not hold any more", {
          pk: letter.pk,
          sk: letter.sk,
        });
        return "done";
      }
      if (!isOwn(message, letter.pk))
        throw new Error(
          `the message at ${plain(letter.pk)} speaks for another unit than the one that wrote it`,
        );
      if (await telling.already(message.id, letter.channel)) {
        await telling.settle(letter, message.id, letter.channels);
        return "done";
      }
      const tries = triesOf(record);
      const pause = paused.get(letter.channel);
      if (pause && pause.until > clock.now())
        return failed({ record, letter, message, tries }, pause.error, true);
      if (!(await telling.begin(message.id, letter.channel))) return again(record, minutes(1));
      return send({ record, letter, message, tries });
    }

    async function send(attempt: Attempt): Promise<Outcome> {
      const { letter, message } = attempt;
      const channel = direct.get(letter.channel);
      if (!channel) return failed(attempt, new Undelivered("the settings name it no more"));
      for (let tries = 1; ; tries += 1)
        try {
          await channel.send(noted(message, letter), letter);
          break;
        } catch (error) {
          const wait = error instanceof Undelivered && error.again ? error.after : undefined;
          if (wait && wait.seconds <= patience.seconds && tries < 3 && inTime(wait.seconds)) {
            await clock.sleep(wait);
            continue;
          }
          await telling.end(message.id, letter.channel);
          return failed(attempt, error);
        }
      await telling.mark(message.id, letter.channel);
      metrics.add("told", 1);
      log.info("A message was told", {
        message: message.id,
        unit: message.unit,
        severity: message.severity,
        channels: [letter.channel],
      });
      await telling.settle(letter, message.id, letter.channels);
      return "done";
    }

    /** @param unsent it was not even tried: the channel had asked for patience before */
    async function failed(attempt: Attempt, error: unknown, unsent = false): Promise<Outcome> {
      const { record, letter, message, tries } = attempt;
      const known = error instanceof Undelivered;
      const wait = seconds(
        Math.max(backOff(tries, random()).seconds, known ? (error.after?.seconds ?? 0) : 0),
      );
      const comesInTime =
        after(clock.now(), wait) < after(letter.at, useful[message.severity]) &&
        wait.seconds <= longestWait.seconds * 1.2;
      const worth = known ? error.again : tries < triesOfUnknown;
      if (!unsent)
        log.warn("A channel did not take a message", {
          message: message.id,
          channel: letter.channel,
          tries,
          why: whyOf(error),
        });
      if (!worth || !comesInTime) return giveUp(attempt, whyOf(error));
      if (known && !unsent) paused.set(letter.channel, { error, until: after(clock.now(), wait) });
      return again(record, wait);
    }

    async function giveUp({ letter, message }: Attempt, why: string): Promise<Outcome> {
      const tried = [...letter.tried, { channel: letter.channel, why }];
      const next = host.fallback(message, letter.channel) ?? topic.name;
      log.error("A channel is given up for a message", {
        message: message.id,
        channel: letter.channel,
        instead: next,
        why,
      });
      metrics.add("failed", 1);
      const instead =
        direct.has(next) && !tried.some(({ channel }) => channel === next)
          ? await hand(next)
          : await last();
      await telling.giveUp(message.id, letter.channel, instead);
      await telling.report(letter.channel, failing(letter.channel, why, host));
      await telling.settle(letter, message.id, letter.channels);
      return "done";

      /**
       * To another queue, where it has all its tries; once, also where it waits there already by a
       * route of its own.
       */
      async function hand(channel: string): Promise<string> {
        if (await telling.already(message.id, queuedMark(channel))) return channel;
        await host.post({
          pk: letter.pk,
          sk: letter.sk,
          channels: letter.channels,
          channel,
          at: clock.now(),
          tried,
        });
        await telling.mark(message.id, queuedMark(channel));
        return channel;
      }

      async function last(): Promise<string> {
        if (await telling.already(message.id, topic.name)) return topic.name;
        await topic.send(noted(message, { tried }));
        await telling.mark(message.id, topic.name);
        metrics.add("told", 1);
        return topic.name;
      }
    }

    async function again(record: SQSRecord, wait: Span): Promise<Outcome> {
      try {
        await host.later(record, wait);
      } catch (error) {
        // It comes again all the same, when the queue's own time is over.
        log.warn("A letter could not be put off", {
          letter: record.messageId,
          error: inOneLine(error),
        });
      }
      return "again";
    }
  };
}

/** The message, and that it comes another way than it should: the last fact, so that it is seen. */
function noted(message: Outgoing, { tried }: Pick<Letter, "tried">): Outgoing {
  if (!tried.length) return message;
  const failures = Object.fromEntries(
    tried.map(({ channel, why }) => [
      `not told through ${cut(plain(channel), 60)}`,
      cut(plain(why), 300),
    ]),
  );
  return { ...message, facts: { ...message.facts, ...failures } };
}

function failing(channel: string, why: string, { clock, account, home }: DeliverHost): Outgoing {
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
