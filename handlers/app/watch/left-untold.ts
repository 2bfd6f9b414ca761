/** Hands to tell what nobody has told, and what could not be made incidents. */
import type { Store } from "../../../ledger/store.ts";
import { type KeptMessage, untold } from "../../../messages/outbox.ts";
import { allUntaken, isUntaken } from "../../../messages/untaken.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import type { Log } from "../log.ts";
import { asStream } from "../stream.ts";

/**
 * The stream has a day (rule: told-at-least-once); what it has not told by then is looked for a
 * week long.
 */
const lookBack = days(7);
/** Left to the stream. */
const tooYoung = minutes(10);

/**
 * Of one asynchronous invocation: Lambda took 256 KB for years, and a payload that is refused is
 * told by nobody.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mostBytes = 240_000;
/** Of one that is waited for: 6 MB, and a message may have 400 KB. */
const mostBytesWaiting = 4_000_000;
/** So that tell is done with them in time. */
const mostTogether = 100;

/** The two ways to hand messages to tell. */
export interface Retelling {
  readonly store: Store;
  readonly log: Log;
  /** Hands them over, and does not wait for what comes of it. */
  tell(messages: readonly KeptMessage[]): Promise<void>;
  /** Hands them over, and waits until they are told. */
  tellNow(messages: readonly KeptMessage[]): Promise<void>;
}

const bytesOf = (message: KeptMessage): number =>
  Buffer.byteLength(JSON.stringify(asStream([message])));

/** As many as fit together, one batch after the other: not all that is untold fits into memory. */
async function* batched(
  messages: AsyncIterable<KeptMessage> | Iterable<KeptMessage>,
  most: number,
): AsyncIterable<{ readonly batch: KeptMessage[]; readonly bytes: number }> {
  let batch: KeptMessage[] = [];
  let bytes = 0;
  for await (const message of messages) {
    const own = bytesOf(message);
    if (batch.length && (batch.length === mostTogether || bytes + own > most)) {
      yield { batch, bytes };
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += own;
  }
  if (batch.length) yield { batch, bytes };
}

/**
 * Hands all of them to tell, in as many invocations as they fill. One that cannot be handed over
 * does not stop the others.
 * @returns how many were handed over
 */
export async function retell(
  { tell, tellNow }: Pick<Retelling, "tell" | "tellNow">,
  messages: AsyncIterable<KeptMessage> | Iterable<KeptMessage>,
  failed: (error: unknown) => void,
): Promise<number> {
  let count = 0;
  for await (const { batch, bytes } of batched(messages, mostBytes))
    try {
      await (bytes > mostBytes ? tellNow(batch) : tell(batch));
      count += batch.length;
    } catch (error) {
      failed(error);
    }
  return count;
}

/** Those that wait to become incidents are offered by themselves, in their order. */
async function* without(
  messages: AsyncIterable<KeptMessage>,
  ids: ReadonlySet<string>,
): AsyncIterable<KeptMessage> {
  for await (const kept of messages) if (!ids.has(kept.message.id)) yield kept;
}

/**
 * Tells what lies untold in the outboxes of these writers.
 * @param waiting ids of those that wait to become incidents
 */
export async function tellLeft(
  retelling: Retelling,
  writers: readonly string[],
  { now, waiting }: { readonly now: Date; readonly waiting: ReadonlySet<string> },
  failed: (error: unknown) => void,
): Promise<number> {
  const { store, log } = retelling;
  let count = 0;
  for (const writer of writers)
    try {
      const left = untold(store, writer, before(now, lookBack), before(now, tooYoung));
      const told = await retell(retelling, without(left, waiting), failed);
      if (told) log.warn("messages were not told", { writer, count: told });
      count += told;
    } catch (error) {
      failed(error);
    }
  return count;
}

/**
 * Offers what could not be made incidents, in order: each batch is waited for, and the first of
 * which nothing is taken ends it until the next time.
 * @returns ids of those that still wait
 */
export async function offerUntaken({
  store,
  log,
  tellNow,
}: Retelling): Promise<ReadonlySet<string>> {
  const waiting = new Set<string>();
  let isAway = false;
  for await (const { batch } of batched(allUntaken(store), mostBytesWaiting)) {
    if (!isAway) {
      log.warn("messages were no incidents yet", { count: batch.length });
      await tellNow(batch);
    }
    for (const { message } of batch)
      if (isAway || (await isUntaken(store, message))) waiting.add(message.id);
    isAway ||= batch.every(({ message }) => waiting.has(message.id));
  }
  return waiting;
}
