/** One call to AWS. */

import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Workplace } from "./attempt.ts";
import { reachOf, regionFor } from "./elsewhere.ts";

export interface CallToSend {
  readonly write: Write;
  readonly input: object;
  /** The same for each attempt at the same effect. */
  readonly token: string;
}

/** What AWS takes as an idempotency token. */
const tokenLength = 36;

/** What is sent, or put on what is made, for a token of ours. */
export const tokenText = (token: string): string => digest(token).slice(0, tokenLength);

/**
 * Sends a call. A write without an idempotency token is retried by the SDK for throttling only
 * (rule: retries-are-deliveries).
 */
export async function send(
  { host, place, unit }: Pick<Workplace, "host" | "place" | "unit">,
  { write, input, token }: CallToSend,
): Promise<unknown> {
  const known = write.token;
  const byField = known !== undefined && "field" in known;
  const retried = byField ? "all" : "throttling";
  const reach = reachOf({ unit, host });
  const region = regionFor({ call: write, input, region: place.region, reach });
  const client = host.clients.get(write.client, region, "write", retried);
  if (known === undefined) return write.send(client, input);
  const text = tokenText(token);
  return write.send(client, byField ? { ...input, [known.field]: text } : known.tag(input, text));
}

/** An answer without the SDK's own account of how it came. */
export function withoutMetadata(output: unknown): unknown {
  if (!isFields(output)) return output;
  const { $metadata: _, ...rest } = output;
  return rest;
}
