/** What the ledger knows of how a message is told through channels that have a queue. */

import type { Deliveries } from "../channels/deliver.ts";
import type { Store } from "../ledger/store.ts";
import type { Clock } from "../sdk/time.ts";
import {
  channelFails,
  channelTakes,
  type MissedSome,
  missedSome,
  type SaidAt,
  type TakenBy,
} from "./failing-channels.ts";
import { asItStands } from "./incident-now.ts";
import {
  alreadyTold,
  beginSending,
  endSending,
  expire,
  type KeptMessage,
  markReplaced,
  markTold,
  messageAt,
  settled,
} from "./outbox.ts";
import type { Outgoing } from "./outgoing.ts";

export type MessagePlace = Pick<KeptMessage, "pk" | "sk">;

export interface Telling extends Deliveries {
  /** The message that a letter names. */
  read(at: MessagePlace): Promise<Outgoing | undefined>;
  /** As it is true now; nothing where none of it is any more. */
  asItStands(message: Outgoing): Promise<Outgoing | undefined>;
  /** It is told by `instead` from now on. */
  giveUp(message: string, channel: string, instead: string): Promise<void>;
  /** @returns false while another delivery of the same letter sends it */
  begin(message: string, channel: string): Promise<boolean>;
  /** It was not taken. */
  end(message: string, channel: string): Promise<void>;
  settled(message: string, channels: readonly string[]): Promise<boolean>;
  /** Starts the message's TTL once all of these have told it. */
  settle(at: MessagePlace, message: string, channels: readonly string[]): Promise<void>;
  /** Says that a channel fails, and why: when it begins, and once a day. */
  fails(channel: string, why: string, at: SaidAt): Promise<void>;
  /** Says that it fails no longer, where it did. */
  takes(taken: TakenBy): Promise<void>;
  /** Says who did not get what others got, once a day. */
  missed(some: MissedSome): Promise<void>;
}

export const tellingLedger = (store: Store, clock: Pick<Clock, "now">): Telling => ({
  read: (at) => messageAt(store, at),
  asItStands: (message) => asItStands(store, message),
  already: (message, channel) => alreadyTold(store, message, channel),
  mark: async (message, channel) => void (await markTold(store, message, channel, clock.now())),
  giveUp: async (message, channel, instead) =>
    void (await markReplaced(store, message, { channel, instead }, clock.now())),
  begin: (message, channel) => beginSending(store, message, channel, clock.now()),
  end: async (message, channel) => void (await endSending(store, message, channel)),
  settled: (message, channels) => settled(store, message, channels),
  async settle(at, message, channels) {
    if (await settled(store, message, channels)) await expire(store, at, clock.now());
  },
  fails: async (channel, why, at) =>
    void (await channelFails(store, { channel, why, at }, clock.now())),
  takes: async (taken) => void (await channelTakes(store, taken)),
  missed: async (some) => void (await missedSome(store, some, clock.now())),
});
