import type { Outgoing } from "../core/run/result.ts";

/** One way to reach people. New ones are written against this and named in the settings' routes. */
export interface Channel {
  /** As routes name it; what was told is remembered by it. */
  readonly name: string;
  /** Rejects when it is not certain that the message was taken. */
  send(message: Outgoing): Promise<void>;
}
