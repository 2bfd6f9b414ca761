/**
 * Tells what waits in a channel's queue: tries as long as that is useful, then through the next
 * channel, last through the topic.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { readLetter } from "../../channels/queue.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { minutes, seconds } from "../../sdk/time.ts";
import { putOff, sendLetter } from "./deliver/attempt.ts";
import {
  again,
  attemptTakes,
  type Batch,
  backOff,
  type DeliverHost,
  type Outcome,
  triesOf,
} from "./deliver/batch.ts";
import { noMetrics } from "./metrics.ts";
import { isOwn } from "./tell.ts";

/**
 * @returns the handler. It answers which letters come again; SQS gives up on one after many times, into the failure queue
 */
export function deliverHandler(given: DeliverHost) {
  const host = { metrics: noMetrics, random: Math.random, ...given };
  const direct = new Map(host.channels.map((channel) => [channel.name, channel]));

  return async (
    { Records }: Pick<SQSEvent, "Records">,
    { getRemainingTimeInMillis }: { getRemainingTimeInMillis(): number },
  ): Promise<SQSBatchResponse> => {
    const batch: Batch = {
      host,
      direct,
      paused: new Map(),
      inTime: (waiting = 0) =>
        getRemainingTimeInMillis() >= (attemptTakes.seconds + waiting) * 1000,
    };
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const record of Records)
      if ((await dealtWith(batch, record)) === "again")
        batchItemFailures.push({ itemIdentifier: record.messageId });
    return { batchItemFailures };
  };
}

/** One letter that fails does not keep the others. */
async function dealtWith(batch: Batch, record: SQSRecord): Promise<Outcome> {
  const { log, metrics, random } = batch.host;
  try {
    return await deliverLetter(batch, record);
  } catch (error) {
    log.error("A letter of a channel was not dealt with", {
      letter: record.messageId,
      error: inOneLine(error),
    });
    metrics.add("failed", 1);
    // Sooner than the queue's own time, which is as long as the function may take.
    return again(batch.host, record, backOff(triesOf(record), random()));
  }
}

async function deliverLetter(batch: Batch, record: SQSRecord): Promise<Outcome> {
  const { telling, log, clock } = batch.host;
  if (!batch.inTime()) return again(batch.host, record, seconds(1));
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
  const standing = await telling.asItStands(message);
  if (!standing) {
    // What has become of it is told by a letter of its own.
    log.info("A letter says what is not so any more, and is not sent", {
      messageId: message.id,
      channel: letter.channel,
    });
    await telling.mark(message.id, letter.channel);
    await telling.settle(letter, message.id, letter.channels);
    return "done";
  }
  const attempt = { record, letter, message: standing, tries: triesOf(record) };
  const pause = batch.paused.get(letter.channel);
  if (pause && pause.until > clock.now()) return putOff(batch, attempt, pause.error);
  if (!(await telling.begin(message.id, letter.channel)))
    return again(batch.host, record, minutes(1));
  return sendLetter(batch, attempt);
}
