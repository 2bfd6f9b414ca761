import type { Outgoing } from "../messages/outgoing.ts";

/** Where a message lies in the ledger, and who else tells it. */
export interface Placed {
  readonly pk: string;
  readonly sk: string;
  /** Names of all channels that it was routed to. */
  readonly channels: readonly string[];
}

/** One way to reach people. New ones are written against this and named in the settings' routes. */
export interface Channel {
  /** As routes name it; what was told is remembered by it. */
  readonly name: string;
  /**
   * Set where it only puts messages on a queue: that is remembered by this name, and nothing is
   * told yet.
   */
  readonly mark?: string;
  /**
   * @param at absent where the ledger does not hold it
   * @throws when it is not certain that the message was taken: `Undelivered` where it is known whether to try again,
   * `TakenInPart` where only some did not get it
   */
  send(message: Outgoing, at?: Placed): Promise<void>;
}
