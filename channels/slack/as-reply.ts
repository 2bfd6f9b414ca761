/** An answer to one person, in words of ours. */
import { harmlessText } from "../mrkdwn.ts";
import { type Block, markdown } from "./blocks.ts";
import type { Rendered } from "./rendered.ts";

const paragraph = (text: string): Block => ({ type: "section", text: markdown(text) });

/** @param text not escaped yet */
export const plainReply = (text: string): Rendered => ({
  text: harmlessText(text, 2900),
  blocks: [paragraph(harmlessText(text, 2900))],
});
