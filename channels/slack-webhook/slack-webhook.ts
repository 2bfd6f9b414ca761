/**
 * An incoming webhook of Slack: text without buttons, for teams without an app.
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */

import { besideLinks, linksOf } from "../../messages/links.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import {
  missingParts,
  type Part,
  partsOf,
  type TextOptions,
  titleText,
  whereText,
} from "../../messages/render/text.ts";
import type { Clock } from "../../sdk/time.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import { type FailureInside, failureInside } from "../answer-inside.ts";
import type { Channel } from "../channel.ts";
import { harmlessText, preformatted } from "../mrkdwn.ts";
import type { Outside } from "../outside.ts";
import { type Secrets, withSecrets } from "../secrets.ts";
import { expectTaken } from "../taken.ts";

export interface SlackWebhookParts {
  readonly name: string;
  readonly url: SecretRef;
  readonly secrets: Secrets;
  readonly outside: Outside;
  readonly clock: Pick<Clock, "now">;
}

/** Slack cuts a text after 40,000 characters; nobody reads a third of that in a chat. */
const longest = 12_000;
const signs = { critical: "🔴", warning: "🟠", info: "🔵" } as const;

const shown = ({ kind, title, lines }: Part): string =>
  [
    ...(title === undefined ? [] : [`*${harmlessText(title, 300)}*`]),
    ...(kind === "chart" || kind === "table"
      ? [preformatted(lines.join("\n"))]
      : lines.map(
          (line) => `${" ".repeat(line.search(/\S|$/))}${harmlessText(line.trimStart(), 1_500)}`,
        )),
  ].join("\n");

/** What is posted: whole parts, as many as fit. */
export function webhookText(message: Outgoing, options: TextOptions): string {
  const links = linksOf(message).map(
    ({ href, text }) => `<${href.replaceAll("&", "&amp;")}|${text}>`,
  );
  const head = `${message.closes ? "✅" : signs[message.severity]} *${harmlessText(titleText(message), 1_000)}*\n${harmlessText(whereText(message, options), 500)}`;
  const parts = besideLinks(partsOf(message, options)).map(shown);
  const kept: string[] = [];
  let left = longest - head.length - links.join("").length - 300;
  for (const part of parts) {
    if (part.length > left) break;
    left -= part.length + 2;
    kept.push(part);
  }
  const command = harmlessText(options.command ?? "npx nightshift", 100);
  const missing = missingParts(parts.length - kept.length, command);
  return [
    head,
    ...kept,
    ...(missing === undefined ? [] : [missing]),
    ...(links.length > 0 ? [links.join(" · ")] : []),
  ].join("\n\n");
}

/** Slack's words for what may pass; any other word of its own is said again and again. */
const passing = new Set(["rollup_error", "internal_error", "service_unavailable", "rate_limited"]);

/** `ok` is what Slack says when it took it; a word like `no_service` is why it did not. */
export function refusedBySlack(body: string): FailureInside | undefined {
  const text = body.trim();
  if (/^[a-z]+(?:_[a-z]+)+$/.test(text)) return { status: passing.has(text) ? 503 : 400 };
  return failureInside(text);
}

export const slackWebhook = (
  { name, url, secrets, outside, clock }: SlackWebhookParts,
  options: TextOptions,
): Channel => ({
  name,
  send: (message) =>
    withSecrets(secrets, [url], async (address) => {
      const body = JSON.stringify({
        text: webhookText(message, options),
        mrkdwn: true,
        unfurl_links: false,
        unfurl_media: false,
      });
      const answer = await outside.post(address, body);
      expectTaken(answer, {
        by: (status) => status === 200,
        inside: refusedBySlack,
        hidden: [address],
        now: clock.now(),
      });
    }),
});
