/** What a request of Slack's asks for, read from its raw body. */
import { parsedJson } from "./parsed-json.ts";
import {
  type BlockActions,
  blockActions,
  type SlashCommand,
  slashCommand,
  type ViewSubmission,
  viewSubmission,
} from "./payload.ts";

export type SlackAsk =
  | { readonly kind: "check" }
  | { readonly kind: "press"; readonly payload: BlockActions }
  | { readonly kind: "form"; readonly payload: ViewSubmission }
  | { readonly kind: "command"; readonly payload: SlashCommand };

/**
 * @param body as Slack encodes it: a form, which may hold JSON
 * @returns nothing for what is not understood
 */
export function readRequest(body: string): SlackAsk | undefined {
  const form = new URLSearchParams(body);
  if (form.has("ssl_check")) return { kind: "check" };
  const payload = form.get("payload");
  if (payload !== null) return readPayload(parsedJson(payload));
  const command = slashCommand.safeParse(Object.fromEntries(form));
  return command.success ? { kind: "command", payload: command.data } : undefined;
}

function readPayload(payload: unknown): SlackAsk | undefined {
  const press = blockActions.safeParse(payload);
  if (press.success) return { kind: "press", payload: press.data };
  const submission = viewSubmission.safeParse(payload);
  return submission.success ? { kind: "form", payload: submission.data } : undefined;
}
