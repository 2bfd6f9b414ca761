import * as z from "zod/mini";
import { channelFeature } from "../../settings/feature.ts";
import { secretField } from "../../settings/secret-field.ts";
import type { SlackWebhookSetting } from "./setting.ts";

declare module "../../settings/sections.ts" {
  interface ChannelKinds {
    readonly "slack-webhook": SlackWebhookSetting;
  }
}

export default channelFeature<SlackWebhookSetting>({
  kind: "slack-webhook",
  schema: z.strictObject({ kind: z.literal("slack-webhook"), url: secretField }),
  secrets: ({ url }) => [url],
});
