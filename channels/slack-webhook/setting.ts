import type { SecretRef } from "../../settings/secret-ref.ts";

/** An incoming webhook, for teams without an app: the same text, no buttons. */
export interface SlackWebhookSetting {
  readonly kind: "slack-webhook";
  readonly url: SecretRef;
}
