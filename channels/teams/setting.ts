import * as z from "zod/mini";
import { secretField } from "../../settings/secret-field.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import { declareChannel } from "../declaration.ts";

/** The URL of a Workflows webhook. */
export interface TeamsSetting {
  readonly kind: "teams";
  readonly url: SecretRef;
}

export default declareChannel<TeamsSetting>({
  kind: "teams",
  schema: z.strictObject({ kind: z.literal("teams"), url: secretField }),
  secrets: ({ url }) => [url],
});
