/** The settings' channels of kind `slack`, as the endpoint and what works for it need them. */
import { NotPossible } from "../../sdk/errors.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Secrets } from "../secrets.ts";
import { type ApiOptions, type SlackApi, slackApi } from "./api.ts";
import type { SlackApp } from "./endpoint-parts.ts";
import type { SlackPerson } from "./who.ts";

type Options = Omit<ApiOptions, "token">;

const settingsIn = (channels: ParsedSettings["channels"]) =>
  Object.values(channels).flatMap((one) => (one.kind === "slack" ? [one] : []));

/**
 * Each app once, in however many channels it stands. @param options for the endpoint, a timeout
 * within Slack's three seconds
 */
export function slackApps(
  channels: ParsedSettings["channels"],
  secrets: Secrets,
  options: Options = {},
): SlackApp[] {
  const each = new Map(
    settingsIn(channels).map((one) => [`${one.team} ${one.app} ${one.signingSecret}`, one]),
  );
  return [...each.values()].map(({ team, app, token, signingSecret }) => ({
    team,
    app,
    signingSecret: () => secrets.read(signingSecret),
    renewed: () => secrets.renewed(signingSecret),
    api: async () => slackApi({ ...options, token: await secrets.read(token) }),
  }));
}

/** The Web API of the app that a person used. */
export const apiFor =
  (channels: ParsedSettings["channels"], secrets: Secrets, options: Options = {}) =>
  async ({ team, app }: SlackPerson): Promise<SlackApi> => {
    const found = settingsIn(channels).find((one) => one.team === team && one.app === app);
    if (!found) throw new NotPossible(`the settings name no Slack app ${app} in ${team}`);
    return slackApi({ ...options, token: await secrets.read(found.token) });
  };
