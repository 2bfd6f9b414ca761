import * as z from "zod/mini";
import { secretField } from "../../settings/secret-field.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import { declareChannel } from "../declaration.ts";

/** An incoming webhook, for teams without an app: the same text, no buttons. */
export interface SlackWebhookSetting {
  readonly kind: "slack-webhook";
  readonly url: SecretRef;
}

export default declareChannel<SlackWebhookSetting>({
  kind: "slack-webhook",
  schema: z.strictObject({ kind: z.literal("slack-webhook"), url: secretField }),
  secrets: ({ url }) => [url],
});
