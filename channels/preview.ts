/** Messages as a team would see them in a channel, without sending them: for the night's demo. */
import type { Outgoing } from "../messages/outgoing.ts";
import type { TextOptions } from "../messages/render/text.ts";

export interface Preview {
  /** As what the messages are shown, and what a person does with the files, in half a sentence. */
  readonly hint: string;
  /**
   * Writes each message to a file of its own, in place of those of an earlier night.
   * @returns the files, in the messages' order
   */
  write(messages: readonly Outgoing[], folder: string, options: TextOptions): string[];
  /** All of them for a terminal, one below the other. */
  print(messages: readonly Outgoing[], options: TextOptions, width: number): string;
}

/** By the folder below `channels/` that makes them. */
export type Previews = Readonly<Record<string, () => Promise<{ readonly default: Preview }>>>;
