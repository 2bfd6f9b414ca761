import type { SecretRef } from "../../settings/secret-ref.ts";

/** Signed with HMAC-SHA256. `https` only. */
export interface WebhookSetting {
  readonly kind: "webhook";
  readonly url: SecretRef;
  readonly secret: SecretRef;
}
