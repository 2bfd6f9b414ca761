/**
 * What somebody asked for in Slack, as it is carried out: read from a request of Slack's that was
 * checked where it is carried out, and from nothing else.
 */
import * as z from "zod/mini";
import type { BlockActions, SlashCommand, ViewSubmission } from "./payload.ts";
import type { SlackAsk } from "./read-request.ts";
import { formSentIn } from "./sent-form.ts";
import { acts, forms } from "./value.ts";
import { personOf } from "./who.ts";

const text = (most: number) => z.string().check(z.maxLength(most));
const person = z.object({
  team: z.string().check(z.regex(/^[TE][A-Z0-9]{1,20}$/)),
  user: z.string().check(z.regex(/^[UW][A-Z0-9]{1,20}$/)),
  app: z.string().check(z.regex(/^A[A-Z0-9]{1,20}$/)),
});

/** Where the answer goes. */
const reply = {
  person,
  /** The same for the same request, however often it is worked on. */
  key: text(64),
  channel: z.optional(text(40)),
  respond: z.optional(text(500)),
};

/**
 * The message that was pressed on; a whispered one cannot be changed but through its own address.
 */
const shown = z.object({ ts: z.optional(text(40)), whispered: z.boolean(), message: z.unknown() });

/** What is carried out; other buttons open dialogs, which the endpoint does by itself. */
export const handedAct = z.enum([
  acts.approve,
  acts.deny,
  acts.undo,
  acts.keep,
  acts.acknowledge,
  acts.snooze,
  acts.resolve,
]);

const press = z.object({
  kind: z.literal("press"),
  ...reply,
  act: handedAct,
  value: text(2000),
  shown,
});
const exempt = z.object({
  kind: z.literal("exempt"),
  ...reply,
  /** The form that was sent in. */
  view: text(100),
  run: text(300),
  target: z.int().check(z.nonnegative()),
  until: text(10),
  reason: text(300),
});
const command = z.object({ kind: z.literal("command"), ...reply, text: text(500) });

const slackOrder = z.discriminatedUnion("kind", [press, exempt, command]);
export type SlackOrder = z.output<typeof slackOrder>;
export type Press = z.output<typeof press>;
export type ExemptOrder = z.output<typeof exempt>;
export type Command = z.output<typeof command>;
export type Reply = Pick<SlackOrder, "person" | "key" | "channel" | "respond">;

/**
 * @param key the same for the same request, however often it is worked on
 * @returns nothing where there is nothing to carry out
 */
export function orderOf(ask: SlackAsk, key: string): SlackOrder | undefined {
  return slackOrder.safeParse(unchecked(ask, key)).data;
}

function unchecked(ask: SlackAsk, key: string): object | undefined {
  switch (ask.kind) {
    case "press":
      return pressOrder(ask.payload, key);
    case "form":
      return formOrder(ask.payload, key);
    case "command":
      return commandOrder(ask.payload, key);
    case "check":
      return undefined;
  }
}

function pressOrder(payload: BlockActions, key: string): object {
  const { actions, channel, message, container, response_url } = payload;
  const [action] = actions;
  return {
    kind: "press",
    act: action?.action_id.split(".")[0],
    person: personOf(payload),
    key,
    value: action?.value ?? "",
    channel: channel?.id,
    respond: response_url ?? undefined,
    shown: {
      ts: message?.ts,
      whispered: container?.is_ephemeral === true || !message,
      message: message ?? null,
    },
  };
}

function formOrder(submission: ViewSubmission, key: string): object | undefined {
  if (submission.view.callback_id !== forms.exempt) return undefined;
  const { about, ...form } = formSentIn(submission);
  return { kind: "exempt", key, ...form, run: about?.run };
}

const commandOrder = (command: SlashCommand, key: string): object => ({
  kind: "command",
  person: { team: command.team_id, user: command.user_id, app: command.api_app_id },
  key,
  channel: command.channel_id,
  respond: command.response_url,
  text: command.text.slice(0, 500),
});
