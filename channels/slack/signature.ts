/**
 * Whether a request comes from Slack: HMAC-SHA256 over `v0:timestamp:raw body`, compared in
 * constant time, five minutes long.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { milliseconds, minutes } from "../../sdk/time.ts";

/** Before and after now. */
export const window = minutes(5);

export interface Signed {
  /** `X-Slack-Request-Timestamp` */
  readonly timestamp: string | undefined;
  /** `X-Slack-Signature` */
  readonly signature: string | undefined;
  /** The bytes as they came. */
  readonly body: Uint8Array;
}

export const sign = (secret: string, timestamp: string, body: Uint8Array): string =>
  `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex")}`;

export type Verdict = "genuine" | "unsigned" | "malformed" | "stale" | "forged";

/** An empty secret signs nothing: whoever knows that it is empty could sign too. */
export function verifySignature(
  { timestamp, signature, body }: Signed,
  secret: string,
  now: Date,
): Verdict {
  if (!timestamp || !signature) return "unsigned";
  if (!/^[1-9]\d{0,11}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature))
    return "malformed";
  if (Math.abs(now.getTime() - Number(timestamp) * 1000) > milliseconds(window)) return "stale";
  const genuine = Buffer.from(sign(secret, timestamp, body));
  const given = Buffer.from(signature);
  return secret.length > 0 && genuine.length === given.length && timingSafeEqual(genuine, given)
    ? "genuine"
    : "forged";
}
