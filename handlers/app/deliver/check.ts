/** Tries channels: one test message through each. */
import type { Channel } from "../../../channels/channel.ts";
import type { WatchdogTold } from "../../../messages/outgoing.ts";
import { whyOf } from "./give-up.ts";

/**
 * What whoever checks the channels invokes the function with: a test message through every channel,
 * or those that it names.
 */
export interface CheckOrder {
  readonly kind: "check";
  readonly channels?: readonly string[];
}

export interface Checked {
  readonly channel: string;
  readonly taken: boolean;
  /** Why it was not; names no secret. */
  readonly why?: string;
}

/** Where and when a test is made. */
interface Testing {
  readonly account: string;
  readonly home: string;
  readonly now: Date;
}

export const isCheck = (event: object): event is CheckOrder =>
  "kind" in event && event.kind === "check";

/** @param takes is told of each channel that took it: if it failed before, that is over */
export async function checkAll(
  channels: readonly Channel[],
  at: Testing,
  takes: (channel: string) => Promise<void>,
): Promise<Checked[]> {
  const checked = await check(channels, at);
  for (const { channel, taken } of checked) if (taken) await takes(channel);
  return checked;
}

/**
 * Through each by itself: one message that says what it is, and that it is over, so that nothing
 * stays open.
 */
export const check = (channels: readonly Channel[], at: Testing): Promise<Checked[]> =>
  Promise.all(channels.map((channel) => tried(channel, testMessage(channel.name, at))));

async function tried({ name, send }: Channel, message: WatchdogTold): Promise<Checked> {
  try {
    await send(message);
    await send({
      ...message,
      id: `${message.id}.over`,
      title: `The test of the channel ${name} is over`,
      closes: true,
      confirmed: true,
    });
    return { channel: name, taken: true };
  } catch (error) {
    return { channel: name, taken: false, why: whyOf(error) };
  }
}

const testMessage = (channel: string, { account, home: region, now }: Testing): WatchdogTold => ({
  id: `doctor.${channel}.${now.toISOString()}`,
  at: now,
  account,
  region,
  unit: "doctor",
  kind: "watchdog",
  severity: "info",
  title: `A test of the channel ${channel}: whoever reads this is reached by it`,
  facts: { "what now": "nothing: it only tries the channel" },
  key: `doctor/${channel}`,
});
