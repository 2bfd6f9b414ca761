/**
 * What a team would see in Slack: as text on a terminal, and as JSON to paste into the Block Kit
 * Builder.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Outgoing } from "../../messages/outgoing.ts";
import type { Preview } from "../preview.ts";
import { asTerminal, previewJson } from "./as-text.ts";
import { asBlocks } from "./render.ts";
import type { SlackOptions } from "./rendered.ts";

/** A file's name, whatever the message's id holds. */
const nameOf = ({ id }: Pick<Outgoing, "id">, at: number): string =>
  `${String(at + 1).padStart(2, "0")}-${id.replace(/[^\w.-]+/g, "_").slice(0, 80)}.json`;

/**
 * Writes each message to a file of its own, in place of those of an earlier night.
 * @returns the files, in the messages' order
 */
export function writePreviews(
  messages: readonly Outgoing[],
  folder: string,
  options: SlackOptions,
): string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return messages.map((message, at) => {
    const file = join(folder, nameOf(message, at));
    writeFileSync(file, previewJson(asBlocks(message, options)));
    return file;
  });
}

/** All of them, one below the other. */
export const previewText = (
  messages: readonly Outgoing[],
  options: SlackOptions,
  width: number,
): string => messages.map((message) => asTerminal(asBlocks(message, options), width)).join("\n\n");

export default {
  hint: "as Slack would show them, to paste into https://app.slack.com/block-kit-builder",
  write: writePreviews,
  print: previewText,
} satisfies Preview;
