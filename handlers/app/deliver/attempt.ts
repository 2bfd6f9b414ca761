/** One letter, through its own channel: sent, tried again, or given up. */
import { TakenInPart, Undelivered } from "../../../channels/undelivered.ts";
import { newsIn, type Outgoing, saysOver } from "../../../messages/outgoing.ts";
import type { Severity } from "../../../sdk/message.ts";
import { after, hours, minutes, type Span, seconds } from "../../../sdk/time.ts";
import {
  again,
  type Batch,
  backOff,
  type LetterAttempt,
  longestBackOff,
  type Outcome,
} from "./batch.ts";
import { giveChannelUp, noted, whyOf } from "./give-up.ts";

/** Trying is useful for so long; then another channel is the better way to be heard. */
export const useful: Readonly<Record<Severity, Span>> = {
  critical: minutes(10),
  warning: hours(1),
  info: hours(3),
};
/**
 * What says that a matter is taken or over has no other way to where it stands as open, and wakes
 * nobody: it is tried for far longer than a service is down.
 */
export const usefulToSettle = hours(12);
const settling: ReadonlySet<string> = new Set(["acknowledged", "snoozed", "resolved"]);

function settles(message: Outgoing): boolean {
  const news = newsIn(message);
  return news ? settling.has(news.why) : saysOver(message);
}

const usefulFor = (message: Outgoing): Span =>
  settles(message) ? usefulToSettle : useful[message.severity];

/** Whether another try may be taken: what has no other way waits until somebody mends it. */
function mayHelp(error: unknown, { message, tries }: LetterAttempt): boolean {
  if (!(error instanceof Undelivered)) return tries < triesOfUnknown;
  return error.again || (error.untilMended && settles(message));
}

/** A `Retry-After` up to this is waited for right here. */
const patience = seconds(15);
/** How often one that asks for patience is sent to right here. */
const mostSends = 3;
/** Errors that no channel declares are bugs, or passing: so often they are tried. */
const triesOfUnknown = 3;

export async function sendLetter(batch: Batch, attempt: LetterAttempt): Promise<Outcome> {
  const { telling } = batch.host;
  const { letter, message } = attempt;
  try {
    await sendPatiently(batch, attempt);
  } catch (error) {
    if (error instanceof TakenInPart) return taken(batch, attempt, error);
    if (batch.direct.has(letter.channel)) await telling.end(message.id, letter.channel);
    return failed(batch, attempt, error);
  }
  return taken(batch, attempt);
}

/** @param part who did not get it */
async function taken(batch: Batch, attempt: LetterAttempt, part?: TakenInPart): Promise<Outcome> {
  const { telling, log, metrics, account, home } = batch.host;
  const { letter, message } = attempt;
  const { channel } = letter;
  await telling.mark(message.id, channel);
  metrics.add("told", 1);
  log.info("A message was told", {
    messageId: message.id,
    unit: message.unit,
    severity: message.severity,
    channels: [channel],
    ...(part && { missed: part.missed.length }),
  });
  if (part)
    await telling.missed({
      channel,
      who: part.missed,
      why: part.message,
      at: { account, home },
    });
  const channels = [...batch.direct.keys()];
  await telling.takes({ channel, channels, at: { account, home } });
  await telling.settle(letter, message.id, letter.channels);
  return "done";
}

/** @throws what the channel said last */
async function sendPatiently(
  { host: { clock }, direct, inTime }: Batch,
  { letter, message }: LetterAttempt,
): Promise<void> {
  const channel = direct.get(letter.channel);
  if (!channel) throw new Undelivered("the settings name it no more", { forNobody: true });
  for (let sends = 1; ; sends += 1)
    try {
      return await channel.send(noted(message, letter), letter);
    } catch (error) {
      const wait = error instanceof Undelivered && error.again ? error.after : undefined;
      if (!wait || wait.seconds > patience.seconds) throw error;
      if (sends >= mostSends || !inTime(wait.seconds)) throw error;
      await clock.sleep(wait);
    }
}

async function failed(batch: Batch, attempt: LetterAttempt, error: unknown): Promise<Outcome> {
  const { log, clock } = batch.host;
  const { letter, message, tries } = attempt;
  log.warn("A channel did not take a message", {
    messageId: message.id,
    channel: letter.channel,
    tries,
    why: whyOf(error),
  });
  const wait = nextWait(batch, attempt, error);
  if (!wait) return giveChannelUp(batch, attempt, error);
  // Somebody must mend it, and hears of it; what is refused once may be well the next time.
  if (error instanceof Undelivered && error.untilMended && tries > 1)
    await batch.host.telling.fails(letter.channel, whyOf(error), batch.host);
  if (error instanceof Undelivered)
    batch.paused.set(letter.channel, { error, until: after(clock.now(), wait) });
  return again(batch.host, attempt.record, wait);
}

/** The channel had asked for patience before: this letter was not even tried. */
export async function putOff(
  batch: Batch,
  attempt: LetterAttempt,
  error: Undelivered,
): Promise<Outcome> {
  const wait = nextWait(batch, attempt, error);
  if (!wait) return giveChannelUp(batch, attempt, error);
  return again(batch.host, attempt.record, wait);
}

/** How long to wait before the next attempt; nothing where another channel is the better way. */
function nextWait(
  { host: { clock, random } }: Batch,
  attempt: LetterAttempt,
  error: unknown,
): Span | undefined {
  const { letter, message, tries } = attempt;
  const declared = error instanceof Undelivered ? error : undefined;
  if (!mayHelp(error, attempt)) return undefined;
  const wait = seconds(Math.max(backOff(tries, random()).seconds, declared?.after?.seconds ?? 0));
  if (wait.seconds > longestBackOff.seconds) return undefined;
  const isUseful = after(clock.now(), wait) < after(letter.at, usefulFor(message));
  return isUseful ? wait : undefined;
}
