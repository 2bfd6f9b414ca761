import * as z from "zod/mini";
import { secretField } from "../../settings/secret-field.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import { declareChannel } from "../declaration.ts";

/** Events API v2. */
export interface PagerDutySetting {
  readonly kind: "pagerduty";
  readonly routingKey: SecretRef;
  readonly region?: "us" | "eu" | undefined;
}

export default declareChannel<PagerDutySetting>({
  kind: "pagerduty",
  schema: z.strictObject({
    kind: z.literal("pagerduty"),
    routingKey: secretField,
    region: z.optional(z.enum(["us", "eu"])),
  }),
  secrets: ({ routingKey }) => [routingKey],
});
