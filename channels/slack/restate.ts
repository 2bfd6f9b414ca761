/**
 * The first message of a matter, brought up to date: who decided, what became of it, what can still
 * be pressed.
 */
import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { type Block, limits, section, weight } from "./blocks.ts";
import { inParts, type Rendered } from "./rendered.ts";

type Part = keyof typeof inParts;
const partOf = ({ block_id = "" }: { readonly block_id?: string }): Part | undefined =>
  (Object.keys(inParts) as Part[]).find(
    (part) => block_id === part || block_id.startsWith(`${part}.`),
  );

/** What is new of a message. */
export interface News {
  readonly text?: string;
  /** Parts; those that are not among them stay as they are. */
  readonly blocks: readonly Block[];
  /** The `action_id`s of what can no longer be pressed. */
  readonly without: readonly string[] | "all";
}

/** @param before what stands there now */
export function restated(before: Rendered, now: News): Rendered {
  // A block that changes gets another id, as Slack asks for.
  const fresh = (block: Block): Block =>
    ({ ...block, block_id: `${partOf(block)}.${randomUUID().slice(0, 8)}` }) as Block;
  const news = new Map(
    now.blocks.flatMap((block) => (partOf(block) ? [[partOf(block), fresh(block)] as const] : [])),
  );
  const used = new Set<Part>();
  const blocks = before.blocks.flatMap((block): Block[] => {
    const part = partOf(block);
    if (part === undefined) return [block];
    used.add(part);
    const replaced = news.get(part);
    if (replaced) return [replaced];
    return block.type === "actions" ? remaining(block, now.without) : [block];
  });
  const added = [...news].flatMap(([part, block]) =>
    part === undefined || used.has(part) ? [] : [block],
  );
  const after = blocks.findIndex((block) => block.type === "context") + 1;
  const all = [
    ...blocks.slice(0, after),
    ...added.filter(({ type }) => type !== "actions"),
    ...blocks.slice(after),
    ...added.filter(({ type }) => type === "actions"),
  ];
  // What stood there fitted; what is new may be longer.
  const kept = [...all];
  while (kept.length > limits.blocks || (weight(kept) > limits.message && kept.length > 1)) {
    const least = kept.findLastIndex((block) => partOf(block) === undefined);
    kept.splice(least < 0 ? kept.length - 1 : least, 1);
  }
  return { text: now.text ?? before.text, blocks: kept };
}

function remaining(block: Extract<Block, { type: "actions" }>, without: News["without"]): Block[] {
  const elements =
    without === "all" ? [] : block.elements.filter(({ action_id }) => !without.includes(action_id));
  return elements.length > 0 ? [{ ...block, elements }] : [];
}

/** How it stands now, in lines that are escaped already; buttons go. */
export const stateBlocks = (...lines: readonly string[]): Block[] => [
  section(lines, { id: inParts.state, most: 1200 }),
];

/** What Slack hands back of a message: ours, with defaults filled in. */
const shownMessage = z.object({
  text: z._default(z.string(), ""),
  blocks: z.array(z.looseObject({ type: z.string(), block_id: z.optional(z.string()) })),
});
export function renderedOf(given: unknown): Rendered | undefined {
  const read = shownMessage.safeParse(given);
  return read.success
    ? { text: read.data.text, blocks: read.data.blocks as unknown as Block[] }
    : undefined;
}
