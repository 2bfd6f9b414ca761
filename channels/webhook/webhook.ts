/**
 * A webhook of one's own: the message as JSON, signed as Standard Webhooks say, so that receivers
 * can check it with a ready-made library in any language.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from "node:crypto";
import type { Outgoing } from "../../messages/outgoing.ts";
import { asData } from "../../messages/render/data.ts";
import type { Clock } from "../../sdk/time.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import type { Channel } from "../channel.ts";
import type { Outside } from "../outside.ts";
import { type Secrets, withSecrets } from "../secrets.ts";
import { expectTaken } from "../taken.ts";
import { Undelivered } from "../undelivered.ts";

export interface WebhookParts {
  readonly name: string;
  readonly url: SecretRef;
  readonly secret: SecretRef;
  readonly secrets: Secrets;
  readonly outside: Outside;
  readonly clock: Pick<Clock, "now">;
}

/** Receivers commonly take 100 KB to 1 MB. */
const mostBytes = 100_000;
/** Of a run's actions so many are sent, as long as they fit. */
const actionSteps = [200, 50, 10, 0] as const;
const prefix = "whsec_";
/** Shorter ones can be guessed. */
const leastBytes = 24;

/** The key is what follows `whsec_`, in base64; any other text is the key as it stands. */
function keyOf(secret: string): Buffer {
  const key = secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), "base64")
    : Buffer.from(secret);
  if (key.length < leastBytes)
    throw new Undelivered(
      `its signing secret has ${key.length} bytes, which can be guessed: make one with \`openssl rand -base64 32\``,
    );
  return key;
}

/** @returns the three headers; the id is the message's, the same however often it is sent */
export function signature(
  id: string,
  at: Date,
  body: string,
  secret: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signed = createHmac("sha256", keyOf(secret))
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signed}` };
}

/** What is sent. What does not fit is left out, and that is said. */
export function payload(message: Outgoing): string {
  const wrapped = (data: object) =>
    JSON.stringify({
      type: `nightshift.${message.kind}`,
      timestamp: message.at.toISOString(),
      data,
    });
  for (const most of actionSteps) {
    const body = wrapped(asData(message, most));
    if (Buffer.byteLength(body) <= mostBytes) return body;
  }
  const { id, at, severity, kind, unit, account, region, version } = asData(message, 0);
  return wrapped({
    version,
    id,
    at,
    severity,
    kind,
    unit,
    account,
    region,
    title: message.title.slice(0, 1000),
    leftOut: "it is too long for a webhook: npx nightshift history shows all",
  });
}

export const webhook = ({ name, url, secret, secrets, outside, clock }: WebhookParts): Channel => ({
  name,
  send: (message) =>
    withSecrets(secrets, [url, secret], async (address, key) => {
      const body = payload(message);
      // A header takes no characters of other alphabets.
      const answer = await outside.post(
        address,
        body,
        signature(encodeURIComponent(message.id), clock.now(), body, key),
      );
      expectTaken(answer, {
        by: (status) => status >= 200 && status < 300,
        hidden: [address, key],
        now: clock.now(),
      });
    }),
});
