/** Blocks as a terminal shows them: what Slack would draw, in lines. */
import { plain } from "../../sdk/plain.ts";
import type { Block, Markdown } from "./blocks.ts";
import type { Rendered } from "./rendered.ts";

const bare = (text: string): string =>
  text
    .replace(/<(https?:[^|<>]{1,3000})\|([^<>]{1,3000})>/g, "$2 ($1)")
    .replace(/<@([UW][A-Z0-9]+)>/g, "@$1")
    .replace(/(^|[\s(])\*([^*\n]+)\*/g, "$1$2")
    .replaceAll("```", "")
    .replaceAll("`", "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

const lines = ({ text }: Markdown): string[] => bare(text).split("\n").map(plain);

function shown(block: Block, width: number): string[] {
  switch (block.type) {
    case "header":
      return [plain(block.text.text), "═".repeat(Math.min(width, block.text.text.length))];
    case "divider":
      return ["─".repeat(width)];
    case "context":
      return block.elements.flatMap(lines).map((line) => `  ${line}`);
    case "actions":
      return [
        block.elements
          .map(
            (element) =>
              `[ ${plain(element.type === "button" ? element.text.text : element.placeholder.text)} ]`,
          )
          .join("  "),
      ];
    case "input":
      return [`${plain(block.label.text)}: ______`];
    case "section":
      return [
        ...(block.text ? lines(block.text) : []),
        ...(block.fields ?? []).map((field) => lines(field).join(": ")),
      ];
  }
}

/** @param width of the frame, in characters; longer lines are left as they are */
export function asTerminal({ blocks }: Pick<Rendered, "blocks">, width = 100): string {
  const body = blocks.flatMap((block, at) => [...(at > 0 ? [""] : []), ...shown(block, width - 2)]);
  return [
    `┌${"─".repeat(width - 1)}`,
    ...body.map((line) => `│ ${line}`.trimEnd()),
    `└${"─".repeat(width - 1)}`,
  ].join("\n");
}

/** To paste into the Block Kit Builder: https://app.slack.com/block-kit-builder */
export const previewJson = ({ blocks }: Pick<Rendered, "blocks">): string =>
  `${JSON.stringify({ blocks }, null, 2)}\n`;
