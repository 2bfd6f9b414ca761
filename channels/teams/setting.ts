import type { SecretRef } from "../../settings/secret-ref.ts";

/** The URL of a Workflows webhook. */
export interface TeamsSetting {
  readonly kind: "teams";
  readonly url: SecretRef;
}
