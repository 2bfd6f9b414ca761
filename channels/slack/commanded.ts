/** Somebody gave a command: `/nightshift …`. */
import { inOneLine } from "../../sdk/errors.ts";
import { plainReply } from "./as-reply.ts";
import { appOf, failureText, permitted } from "./asker.ts";
import type { Asker, SlackRequest } from "./endpoint-parts.ts";
import { refusalText } from "./may.ts";
import type { SlashCommand } from "./payload.ts";
import { handedOver } from "./signed-request.ts";
import { jsonAnswer, nothingShown, type UrlAnswer } from "./url-answer.ts";

const whisper = (text: string): UrlAnswer =>
  jsonAnswer({ response_type: "ephemeral", ...plainReply(text) });

/** Takes a command. @returns what only whoever gave it reads, or nothing: the answer follows */
export async function takeCommand(
  request: SlackRequest,
  { team_id, user_id, api_app_id, channel_id, text }: SlashCommand,
): Promise<UrlAnswer> {
  const { endpoint } = request;
  const person = { team: team_id, user: user_id, app: api_app_id };
  const asker: Asker = { ...request, person, channel: channel_id };
  const wish = { act: "command", on: text.slice(0, 100) };
  try {
    if (!appOf(asker) || !(await permitted(asker, "look", wish)))
      return whisper(refusalText("look", person));
    await endpoint.work(handedOver(request.signed));
    return nothingShown;
  } catch (error) {
    endpoint.log.error("A command in Slack could not be taken", { error: inOneLine(error) });
    return whisper(failureText(error));
  }
}
