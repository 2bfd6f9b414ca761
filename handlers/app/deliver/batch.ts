/** Letters of a channel's queue that Lambda hands over together. */
import type { SQSRecord } from "aws-lambda";
import type { Channel } from "../../../channels/channel.ts";
import type { Letter, Post } from "../../../channels/queue.ts";
import type { Undelivered } from "../../../channels/undelivered.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import type { Telling } from "../../../messages/telling.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import { type Clock, type Span, seconds } from "../../../sdk/time.ts";
import type { Log } from "../log.ts";
import type { Counter } from "../metrics.ts";

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

/**
 * Nothing is sent when less time than this remains: an answer may take ten seconds, the ledger
 * some.
 */
export const attemptTakes = seconds(20);

/** A channel that asked for patience: the rest of its letters wait without being sent. */
export interface Pause {
  readonly error: Undelivered;
  readonly until: Date;
}

export interface Batch {
  readonly host: Required<DeliverHost>;
  /** The channels of the settings, by name. */
  readonly direct: ReadonlyMap<string, Channel>;
  /** By channel. */
  readonly paused: Map<string, Pause>;
  /** Whether there is time for one more attempt, after so many seconds of waiting. */
  inTime(waiting?: number): boolean;
}

/** A letter that is being delivered. */
export interface LetterAttempt {
  readonly record: SQSRecord;
  readonly letter: Letter;
  readonly message: Outgoing;
  /** Of this letter, this one included. */
  readonly tries: number;
}

/** The record's own channel took it, another one has it, or it comes again. */
export type Outcome = "done" | "again";

export const triesOf = ({ attributes }: SQSRecord): number =>
  Number(attributes.ApproximateReceiveCount) || 1;

const longestWait = 900;

/** 5, 15, 45 … seconds, up to 15 minutes, give or take a fifth. */
export const backOff = (tries: number, random: number): Span =>
  seconds(Math.min(longestWait, 5 * 3 ** (tries - 1)) * (0.8 + 0.4 * random));

/** The longest that `backOff` can come to. */
export const longestBackOff = seconds(longestWait * 1.2);

/** Has a letter come again later. */
export async function again(
  { later, log }: Pick<DeliverHost, "later" | "log">,
  record: SQSRecord,
  wait: Span,
): Promise<Outcome> {
  try {
    await later(record, wait);
  } catch (error) {
    // It comes again all the same, when the queue's own time is over.
    log.warn("A letter could not be put off", {
      letter: record.messageId,
      error: inOneLine(error),
    });
  }
  return "again";
}
