import * as z from "zod/mini";
import { channelFeature } from "../../settings/feature.ts";
import { secretField } from "../../settings/secret-field.ts";
import type { WebhookSetting } from "./setting.ts";

declare module "../../settings/sections.ts" {
  interface ChannelKinds {
    readonly webhook: WebhookSetting;
  }
}

export default channelFeature<WebhookSetting>({
  kind: "webhook",
  schema: z.strictObject({ kind: z.literal("webhook"), url: secretField, secret: secretField }),
  secrets: ({ url, secret }) => [url, secret],
});
