import type { SecretRef } from "../../settings/secret-ref.ts";
import type { AnyChannelSetting } from "../../settings/sections.ts";

/** A Slack app with a bot token: buttons, threads, charts. */
export interface SlackSetting {
  readonly kind: "slack";
  /** `T…`, `A…`, `C…`. */
  readonly team: string;
  readonly app: string;
  readonly channel: string;
  readonly token: SecretRef;
  readonly signingSecret: SecretRef;
}

const isSlack = (setting: AnyChannelSetting): setting is SlackSetting => setting.kind === "slack";

/** The channels of this kind among all that the settings have. */
export const slackSettingsIn = (
  channels: Readonly<Record<string, AnyChannelSetting>>,
): SlackSetting[] => Object.values(channels).filter(isSlack);
