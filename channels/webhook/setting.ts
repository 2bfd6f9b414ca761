import * as z from "zod/mini";
import { secretField } from "../../settings/secret-field.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import { declareChannel } from "../declaration.ts";

/** Signed with HMAC-SHA256. `https` only. */
export interface WebhookSetting {
  readonly kind: "webhook";
  readonly url: SecretRef;
  readonly secret: SecretRef;
}

export default declareChannel<WebhookSetting>({
  kind: "webhook",
  schema: z.strictObject({ kind: z.literal("webhook"), url: secretField, secret: secretField }),
  secrets: ({ url, secret }) => [url, secret],
});
