import type { SecretRef } from "../../settings/secret-ref.ts";

/** Events API v2. */
export interface PagerDutySetting {
  readonly kind: "pagerduty";
  readonly routingKey: SecretRef;
  readonly region?: "us" | "eu" | undefined;
}
