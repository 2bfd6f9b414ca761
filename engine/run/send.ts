/** One call to AWS. */

import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Workplace } from "./attempt.ts";

export interface CallToSend {
  readonly write: Write;
  readonly input: object;
  /** The same for each attempt at the same effect. */
  readonly token: string;
}

/** What AWS takes as an idempotency token. */
const tokenLength = 36;

/**
 * Sends a call. A write without an idempotency token is retried by the SDK for throttling only
 * (rule: retries-are-deliveries).
 */
export function send(
  { host, place }: Pick<Workplace, "host" | "place">,
  { write, input, token }: CallToSend,
): Promise<unknown> {
  const field = typeof write.token === "object" ? write.token.field : undefined;
  const retried = field === undefined ? "throttling" : "all";
  const client = host.clients.get(write.client, place.region, "write", retried);
  if (field === undefined) return write.send(client, input);
  return write.send(client, { ...input, [field]: digest(token).slice(0, tokenLength) });
}

/** An answer without the SDK's own account of how it came. */
export function withoutMetadata(output: unknown): unknown {
  if (!isFields(output)) return output;
  const { $metadata: _, ...rest } = output;
  return rest;
}
