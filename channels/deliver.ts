/** At least once: told again where it is in doubt, not told again where it is known. */
import type { Outgoing } from "../messages/outgoing.ts";
import type { Channel, Placed } from "./channel.ts";

/** What was told, through which channel. */
export interface Deliveries {
  already(messageId: string, channel: string): Promise<boolean>;
  mark(messageId: string, channel: string): Promise<void>;
}

/** One or more channels did not take the message; the others did. */
export class NotTold extends AggregateError {
  override readonly name = "NotTold";
  /** Names of the channels that failed. */
  readonly channels: readonly string[];
  constructor(
    message: string,
    failed: readonly { readonly channel: string; readonly error: unknown }[],
  ) {
    super(
      failed.map(({ error }) => error),
      `message ${message} was not told through ${failed.map(({ channel, error }) => `${channel} (${error instanceof Error ? error.message : String(error)})`).join(" and ")}; it is tried again`,
    );
    this.channels = failed.map(({ channel }) => channel);
  }
}

/**
 * Sends the message through each channel that has not told it yet; one that fails does not stop the
 * others.
 * @param at where the ledger holds it: what waits in a queue is only named
 * @returns the channels that told it now, or took it into their queue
 * @throws {NotTold} that names those that failed
 */
export async function deliver(
  message: Outgoing,
  channels: readonly Channel[],
  told: Deliveries,
  at?: Placed,
): Promise<string[]> {
  const results = await Promise.all(
    channels.map(async (channel) => {
      try {
        const mark = channel.mark ?? channel.name;
        if (await told.already(message.id, mark)) return { channel: channel.name, sent: false };
        await channel.send(message, at);
        await told.mark(message.id, mark);
        return { channel: channel.name, sent: true };
      } catch (error) {
        return { channel: channel.name, sent: false, error };
      }
    }),
  );
  const failed = results.flatMap((result) =>
    "error" in result ? [{ channel: result.channel, error: result.error }] : [],
  );
  if (failed.length > 0) throw new NotTold(message.id, failed);
  return results.filter(({ sent }) => sent).map(({ channel }) => channel);
}
