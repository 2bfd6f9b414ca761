/**
 * The parts of Slack's Block Kit that we use, made so that Slack cannot refuse them: each
 * constructor cuts what it is given to the documented limits.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
import { cut } from "../../sdk/plain.ts";
import { harmless, harmlessText } from "../mrkdwn.ts";

export interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: boolean;
}
/** `verbatim`: no address and no name in it becomes a link by itself. */
export interface Markdown {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}
export interface Confirm {
  readonly title: PlainText;
  readonly text: PlainText;
  readonly confirm: PlainText;
  readonly deny: PlainText;
  readonly style?: "primary" | "danger";
}
export interface Button {
  readonly type: "button";
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
  readonly style?: "primary" | "danger";
  readonly confirm?: Confirm;
}
export interface Option {
  readonly text: PlainText;
  readonly value: string;
}
export interface Select {
  readonly type: "static_select";
  readonly action_id: string;
  readonly placeholder: PlainText;
  readonly options: Option[];
}
export interface DatePicker {
  readonly type: "datepicker";
  readonly action_id: string;
  readonly initial_date?: string;
}
export interface TextInput {
  readonly type: "plain_text_input";
  readonly action_id: string;
  readonly max_length: number;
}

export type Block =
  | { readonly type: "header"; readonly block_id?: string; readonly text: PlainText }
  | {
      readonly type: "section";
      readonly block_id?: string;
      readonly text?: Markdown;
      readonly fields?: Markdown[];
    }
  | { readonly type: "context"; readonly block_id?: string; readonly elements: Markdown[] }
  | { readonly type: "divider"; readonly block_id?: string }
  | { readonly type: "actions"; readonly block_id?: string; readonly elements: (Button | Select)[] }
  | {
      readonly type: "input";
      readonly block_id: string;
      readonly label: PlainText;
      readonly element: Select | DatePicker | TextInput;
    };

export interface Modal {
  readonly type: "modal";
  readonly callback_id: string;
  readonly title: PlainText;
  readonly close: PlainText;
  readonly submit?: PlainText;
  readonly private_metadata: string;
  readonly blocks: Block[];
}

/** Slack's limits, in characters or counts. */
export const limits = {
  header: 150,
  section: 3000,
  field: 2000,
  fields: 10,
  contextElements: 10,
  buttonText: 75,
  buttonValue: 2000,
  optionText: 75,
  options: 100,
  actions: 25,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  modalTitle: 24,
  blocks: 50,
  modalBlocks: 100,
  metadata: 3000,
  /**
   * Of all blocks of a message together. Not documented; Slack refuses from about 13,200 on, see
   * https://github.com/slackapi/bolt-js/issues/2509.
   */
  message: 12_500,
  /** Of the text that notifications show. More than 4,000 is cut by Slack. */
  text: 3500,
} as const;

/** What would be markup elsewhere is none here; but nobody promises that of every client. */
const unbracketed = (text: string): string => text.replaceAll("<", "‹").replaceAll(">", "›");
/** @param text as it is shown: never markup, whatever it holds */
export const plainText = (text: string, max: number): PlainText => ({
  type: "plain_text",
  text: cut(unbracketed(harmless(text, max)), max) || " ",
  emoji: false,
});
/** @param text escaped already: by `words` or `code` */
export const markdown = (text: string): Markdown => ({
  type: "mrkdwn",
  text: text || " ",
  verbatim: true,
});

const named = (block_id: string | undefined) => (block_id === undefined ? {} : { block_id });

export const header = (text: string): Block => ({
  type: "header",
  text: plainText(text, limits.header),
});
export const divider = (): Block => ({ type: "divider" });

/** Whole lines until the section is full; the rest is counted. */
export function section(
  lines: readonly string[],
  { id, most = limits.section }: { readonly id?: string; readonly most?: number } = {},
): Block {
  const longest = Math.min(most, limits.section);
  const kept: string[] = [];
  let left = longest - 40;
  for (const line of lines) {
    if (line.length + 1 > left) break;
    kept.push(line);
    left -= line.length + 1;
  }
  const rest = lines.length - kept.length;
  return {
    type: "section",
    ...named(id),
    text: markdown([...kept, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n")),
  };
}

/** Named values in two columns, ten a section. */
export function fieldSections(
  fields: readonly (readonly [name: string, value: string])[],
  longest = 300,
): Block[] {
  const made = fields.map(([name, value]) =>
    markdown(
      `*${harmlessText(name, 80)}*\n${harmlessText(value, Math.min(longest, limits.field - 100))}`,
    ),
  );
  return Array.from({ length: Math.ceil(made.length / limits.fields) }, (_, at) => ({
    type: "section",
    fields: made.slice(at * limits.fields, (at + 1) * limits.fields),
  }));
}

/** @param lines escaped already */
export const context = (lines: readonly string[]): Block => ({
  type: "context",
  elements: lines.slice(0, limits.contextElements).map((line) => markdown(line)),
});

/** What is asked again before something is done. */
export const confirm = (
  title: string,
  text: string,
  yes: string,
  style?: Confirm["style"],
): Confirm => ({
  title: plainText(title, limits.confirmTitle),
  text: plainText(text, limits.confirmText),
  confirm: plainText(yes, limits.confirmButton),
  deny: plainText("Not now", limits.confirmButton),
  ...(style && { style }),
});

/** @returns nothing where the value does not fit: a value that is cut would mean something else */
export function button(
  action_id: string,
  text: string,
  value: object,
  more: Pick<Button, "style" | "confirm"> = {},
): Button[] {
  const given = JSON.stringify(value);
  if (given.length > limits.buttonValue) return [];
  return [
    { type: "button", action_id, text: plainText(text, limits.buttonText), value: given, ...more },
  ];
}
export const option = (text: string, value: string): Option => ({
  text: plainText(text, limits.optionText),
  value,
});

/**
 * How much of Slack's limit for a whole message blocks take up: their JSON, as Slack stores it,
 * with what is not ASCII written out.
 */
export function weight(blocks: readonly Block[]): number {
  const json = JSON.stringify(blocks);
  // Slack names each block that has no name, and adds defaults.
  return json.length + 5 * (json.match(/[^\x20-\x7e]/g)?.length ?? 0) + 24 * blocks.length;
}

/**
 * The blocks that fit, in their order: what must be there first, then the others as long as there
 * is room.
 */
export function fittingBlocks(
  blocks: readonly { readonly block: Block; readonly must?: boolean }[],
  left: Block,
): Block[] {
  let [room, places] = [limits.message - weight([left]), limits.blocks - 1];
  const taken = new Set<Block>();
  for (const wanted of [true, false])
    for (const { block, must = false } of blocks) {
      if (must !== wanted || places === 0 || weight([block]) > room) continue;
      room -= weight([block]);
      places -= 1;
      taken.add(block);
    }
  const kept = blocks.flatMap(({ block }) => (taken.has(block) ? [block] : []));
  if (kept.length === blocks.length) return kept;
  const buttons = kept.findIndex(({ type }) => type === "actions");
  // What was left out is said right before the buttons.
  return kept.toSpliced(buttons < 0 ? kept.length : buttons, 0, left);
}
