/** A channel that prints, for the embedded AWS. */

import { asText, type TextOptions } from "../../messages/render/text.ts";
import type { Channel } from "../channel.ts";

/** @param stream where to print, e.g. `process.stdout` */
export const terminal = (
  stream: { write(text: string): unknown },
  options: TextOptions,
): Channel => ({
  name: "terminal",
  async send(message) {
    stream.write(`[${message.severity}] ${asText(message, options)}\n`);
  },
});
