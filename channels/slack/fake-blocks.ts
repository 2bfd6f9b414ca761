/**
 * What Slack refuses of Block Kit, written from its documentation and not from our rendering.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
import { isFields } from "../../sdk/fields.ts";

/** A refusal: Slack's code, and where. */
export interface BlocksRefused {
  readonly error:
    | "invalid_blocks"
    | "invalid_blocks_format"
    | "msg_blocks_too_long"
    | "invalid_arguments";
  readonly where: string;
}

const isText = (value: unknown): value is string => typeof value === "string";
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const blockTypes = new Set([
  "section",
  "header",
  "context",
  "divider",
  "actions",
  "input",
  "image",
  "rich_text",
]);
const elementTypes = new Set([
  "button",
  "static_select",
  "datepicker",
  "plain_text_input",
  "overflow",
]);

/**
 * Markup that Slack would obey in a text of kind mrkdwn: `<…>` that is neither a link, nor a
 * mention, nor a date.
 */
const markup = /<([^<>]*)>/g;
const known =
  /^(https?:\/\/[^\s|]+(\|[^|]*)?|mailto:[^\s|]+(\|[^|]*)?|@[UW][A-Z0-9]+|#C[A-Z0-9]+(\|[^|]*)?|!(here|channel|everyone)|!subteam\^S[A-Z0-9]+|!date\^.*)$/;

/** @returns what is wrong with a text object, with its place */
function* text(
  value: unknown,
  where: string,
  most: number,
  kinds: readonly string[] = ["plain_text", "mrkdwn"],
): Generator<string> {
  if (!isFields(value)) return yield `${where}: no text object`;
  if (!kinds.includes(String(value.type))) yield `${where}: must be ${kinds.join(" or ")}`;
  if (!isText(value.text) || value.text.length === 0) return yield `${where}: must not be empty`;
  if (value.text.length > most) yield `${where}: must be less than ${most + 1} characters`;
  if (!value.text.isWellFormed()) yield `${where}: is not Unicode`;
  if (value.type === "mrkdwn")
    for (const [, inner = ""] of value.text.matchAll(markup))
      if (!known.test(inner)) yield `${where}: <${inner.slice(0, 40)}> is no markup`;
  const allowed =
    value.type === "plain_text" ? ["type", "text", "emoji"] : ["type", "text", "verbatim"];
  for (const name of Object.keys(value))
    if (!allowed.includes(name)) yield `${where}: unknown field ${name}`;
}

function* options(value: unknown, where: string): Generator<string> {
  const all = listOf(value);
  if (all.length < 1 || all.length > 100) yield `${where}: must have 1 to 100 options`;
  for (const [at, option] of all.entries()) {
    if (!isFields(option)) yield `${where}[${at}]: no option`;
    else {
      yield* text(option.text, `${where}[${at}].text`, 75);
      if (!isText(option.value) || option.value.length < 1 || option.value.length > 150)
        yield `${where}[${at}].value: must be 1 to 150 characters`;
    }
  }
}

function* confirm(value: unknown, where: string): Generator<string> {
  if (!isFields(value)) return yield `${where}: no confirmation`;
  yield* text(value.title, `${where}.title`, 100, ["plain_text"]);
  yield* text(value.text, `${where}.text`, 300);
  yield* text(value.confirm, `${where}.confirm`, 30, ["plain_text"]);
  yield* text(value.deny, `${where}.deny`, 30, ["plain_text"]);
  if (value.style !== undefined && value.style !== "primary" && value.style !== "danger")
    yield `${where}.style: unknown`;
}

function* element(value: unknown, where: string, ids: Set<string>): Generator<string> {
  if (!isFields(value)) return yield `${where}: no element`;
  if (!elementTypes.has(String(value.type)))
    return yield `${where}: unknown type ${String(value.type)}`;
  if (!isText(value.action_id) || value.action_id.length < 1 || value.action_id.length > 255)
    yield `${where}.action_id: must be 1 to 255 characters`;
  else if (ids.has(value.action_id)) yield `${where}.action_id: ${value.action_id} already exists`;
  else ids.add(value.action_id);
  if (value.confirm !== undefined) yield* confirm(value.confirm, `${where}.confirm`);
  switch (value.type) {
    case "button":
      yield* text(value.text, `${where}.text`, 75, ["plain_text"]);
      if (value.value !== undefined && (!isText(value.value) || value.value.length > 2000))
        yield `${where}.value: must be less than 2001 characters`;
      if (value.style !== undefined && value.style !== "primary" && value.style !== "danger")
        yield `${where}.style: unknown`;
      break;
    case "static_select":
      yield* text(value.placeholder, `${where}.placeholder`, 150, ["plain_text"]);
      yield* options(value.options, `${where}.options`);
      break;
    case "datepicker":
      if (
        value.initial_date !== undefined &&
        !/^\d{4}-\d{2}-\d{2}$/.test(String(value.initial_date))
      )
        yield `${where}.initial_date: no date`;
      break;
    case "plain_text_input":
      if (
        value.max_length !== undefined &&
        !(Number(value.max_length) >= 1 && Number(value.max_length) <= 3000)
      )
        yield `${where}.max_length: must be 1 to 3000`;
      break;
  }
}

function* block(
  value: unknown,
  where: string,
  ids: { readonly blocks: Set<string>; readonly actions: Set<string> },
  modal: boolean,
): Generator<string> {
  if (!isFields(value)) return yield `${where}: no block`;
  if (!blockTypes.has(String(value.type)))
    return yield `${where}: unsupported type: ${String(value.type)}`;
  if (value.block_id !== undefined) {
    if (!isText(value.block_id) || value.block_id.length < 1 || value.block_id.length > 255)
      yield `${where}.block_id: must be 1 to 255 characters`;
    else if (ids.blocks.has(value.block_id))
      yield `${where}.block_id: ${value.block_id} already exists`;
    else ids.blocks.add(value.block_id);
  }
  switch (value.type) {
    case "header":
      yield* text(value.text, `${where}.text`, 150, ["plain_text"]);
      break;
    case "section": {
      const fields = value.fields === undefined ? undefined : listOf(value.fields);
      if (value.text === undefined && !fields?.length) yield `${where}: needs text or fields`;
      if (value.text !== undefined) yield* text(value.text, `${where}.text`, 3000);
      if (fields && (fields.length < 1 || fields.length > 10))
        yield `${where}.fields: must have 1 to 10`;
      for (const [at, field] of (fields ?? []).entries())
        yield* text(field, `${where}.fields[${at}]`, 2000);
      break;
    }
    case "context": {
      const elements = listOf(value.elements);
      if (elements.length < 1 || elements.length > 10) yield `${where}.elements: must have 1 to 10`;
      for (const [at, one] of elements.entries())
        yield* text(one, `${where}.elements[${at}]`, 3000);
      break;
    }
    case "actions": {
      const elements = listOf(value.elements);
      if (elements.length < 1 || elements.length > 25) yield `${where}.elements: must have 1 to 25`;
      for (const [at, one] of elements.entries())
        yield* element(one, `${where}.elements[${at}]`, ids.actions);
      break;
    }
    case "input":
      if (!modal) yield `${where}: not in a message of this kind`;
      yield* text(value.label, `${where}.label`, 2000, ["plain_text"]);
      yield* element(value.element, `${where}.element`, ids.actions);
      break;
  }
}

/** All that is wrong, each with its place, as `response_metadata.messages` names it. */
export function wrongIn(blocks: unknown, modal = false): string[] {
  if (!Array.isArray(blocks)) return ["blocks: must be an array"];
  const ids = { blocks: new Set<string>(), actions: new Set<string>() };
  const most = modal ? 100 : 50;
  return [
    ...(blocks.length > most ? [`blocks: no more than ${most} items allowed`] : []),
    ...blocks.flatMap((one, at) => [...block(one, `blocks[${at}]`, ids, modal)]),
  ];
}

/**
 * Of all texts together, as far as anybody has found out:
 * https://github.com/slackapi/bolt-js/issues/2509.
 */
const mostTogether = 13_200;

/** @param given the argument `blocks`, JSON */
export function refusedBlocks(given: string): BlocksRefused | undefined {
  let blocks: unknown;
  try {
    blocks = JSON.parse(given);
  } catch {
    return { error: "invalid_blocks_format", where: "blocks: not JSON" };
  }
  const wrong = wrongIn(blocks);
  if (wrong.length > 0) return { error: "invalid_blocks", where: wrong.join("; ") };
  return JSON.stringify(blocks).length > mostTogether
    ? { error: "msg_blocks_too_long", where: "blocks: too long together" }
    : undefined;
}

/** @param given the argument `view`, JSON */
export function refusedView(given: string): BlocksRefused | undefined {
  let view: unknown;
  try {
    view = JSON.parse(given);
  } catch {
    view = undefined;
  }
  if (!isFields(view) || view.type !== "modal")
    return { error: "invalid_arguments", where: "view: must be a modal" };
  const wrong = [
    ...text(view.title, "view.title", 24, ["plain_text"]),
    ...(view.close === undefined ? [] : text(view.close, "view.close", 24, ["plain_text"])),
    ...(view.submit === undefined ? [] : text(view.submit, "view.submit", 24, ["plain_text"])),
    ...(isText(view.private_metadata) && view.private_metadata.length > 3000
      ? ["view.private_metadata: must be less than 3001 characters"]
      : []),
    ...(isText(view.callback_id) && view.callback_id.length > 255
      ? ["view.callback_id: must be less than 256 characters"]
      : []),
    ...wrongIn(view.blocks, true),
    ...(listOf(view.blocks).some((one) => isFields(one) && one.type === "input") &&
    view.submit === undefined
      ? ["view.submit: needed with inputs"]
      : []),
  ];
  return wrong.length > 0 ? { error: "invalid_arguments", where: wrong.join("; ") } : undefined;
}
