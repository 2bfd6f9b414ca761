/**
 * PagerDuty's Events API v2: what opens, is taken and is over, as alerts under one key; what was
 * changed, as change events.
 * @see https://developer.pagerduty.com/docs/events-api-v2-overview
 */

import type { IncidentNews } from "../../messages/incident-news.ts";
import { besideLinks, linksOf } from "../../messages/links.ts";
import { aloneOf, newsIn, type Outgoing, runIn, saysOver } from "../../messages/outgoing.ts";
import { partsOf, type TextOptions, titleText, whereText } from "../../messages/render/text.ts";
import { digest } from "../../sdk/codec.ts";
import { cut, plain } from "../../sdk/plain.ts";
import type { Clock } from "../../sdk/time.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import type { Channel } from "../channel.ts";
import type { Outside } from "../outside.ts";
import { type Secrets, withSecrets } from "../secrets.ts";
import { expectTaken } from "../taken.ts";

export interface PagerDutyParts {
  readonly name: string;
  readonly routingKey: SecretRef;
  /** Where the account lies. */
  readonly region?: "us" | "eu" | undefined;
  /** Instead of PagerDuty's own address. */
  readonly url?: string | undefined;
  readonly secrets: Secrets;
  readonly outside: Outside;
  readonly clock: Pick<Clock, "now">;
}

/** PagerDuty takes 512 KB an event, 1,024 characters of summary, 255 of a key. */
const most = { summary: 1024, key: 255, details: 60_000 } as const;
const addresses = {
  us: "https://events.pagerduty.com",
  eu: "https://events.eu.pagerduty.com",
} as const;

interface Sent {
  readonly path: "/v2/enqueue" | "/v2/change/enqueue";
  readonly body: object;
}

function matterOf(message: Outgoing): string {
  if (message.kind === "incident") return message.news.thread ?? message.news.group;
  return aloneOf(message);
}

/** The same for all news of one matter: whatever is told again changes nothing there. */
export const dedupKey = (message: Outgoing): string => keyOfMatter(matterOf(message));

function keyOfMatter(matter: string): string {
  const whole = `nightshift/${matter}`;
  const safe = plain(whole);
  return safe.length <= most.key
    ? safe
    : `${cut(safe, most.key - 34)}/${digest(whole).slice(0, 32)}`;
}

type Action = "trigger" | "acknowledge" | "resolve" | "nothing";
function actionOf(message: Outgoing): Action {
  const news = newsIn(message);
  if (news) return actionFor(news);
  // An end that is not confirmed ends nothing, and is no reason to wake anybody.
  if (message.closes) return saysOver(message) ? "resolve" : "nothing";
  return message.kind === "signal" && message.doubt !== undefined ? "nothing" : "trigger";
}

/** News that somebody is to look at; the others say what has become of it. */
const calling: ReadonlySet<IncidentNews["why"]> = new Set([
  "opened",
  "changed",
  "repeat",
  "escalated",
]);

/**
 * The alert stands for all that was told with it: over when all of that is, taken when nobody needs
 * to look at any of it.
 */
function actionFor({ why, incidents, open = 0, taken = 0, more = 0 }: IncidentNews): Action {
  const calls = calling.has(why);
  const untaken = incidents.some(({ state }) => state === "open") || open > taken;
  // What is only counted is open where something is told as open.
  if (untaken || (calls && more > 0)) return calls ? "trigger" : "nothing";
  const isTaken = taken > 0 || incidents.some(({ state }) => state !== "resolved");
  return isTaken ? "acknowledge" : "resolve";
}

/**
 * Whether somebody is to be woken for it, rather than only to find it when looking for what was
 * changed.
 */
const isAlert = ({ kind, severity }: Outgoing): boolean =>
  severity !== "info" || !(kind === "run" || kind === "undo" || kind === "decision");
const hasChanged = (message: Outgoing): boolean =>
  runIn(message)?.actions.some(({ outcome }) => outcome === "applied") ?? false;

/** Each part under its heading, cut as a whole: PagerDuty shows them as a table. */
function details(message: Outgoing, options: TextOptions): Readonly<Record<string, string>> {
  let left: number = most.details;
  const fields: Record<string, string> = {
    where: whereText(message, options),
    message: message.id,
  };
  for (const { kind, title = kind, lines } of besideLinks(partsOf(message, options))) {
    if (left <= 0) break;
    const text = cut(lines.join("\n"), left);
    left -= text.length;
    fields[title] = fields[title] === undefined ? text : `${fields[title]}\n${text}`;
  }
  return fields;
}

/**
 * What is sent for a message, in order: what has no key of its own goes last, so that it is not
 * sent twice for another's sake.
 */
export function events(message: Outgoing, options: TextOptions): Sent[] {
  const summary = cut(titleText(message), most.summary);
  const source = `aws/${message.account}/${message.region}`;
  const shown = {
    summary,
    source,
    timestamp: message.at.toISOString(),
    custom_details: details(message, options),
  };
  const action = actionOf(message);
  const alert: Sent[] =
    action === "nothing"
      ? []
      : [
          {
            path: "/v2/enqueue",
            body: {
              event_action: action,
              dedup_key: dedupKey(message),
              ...(action === "trigger" && {
                payload: {
                  ...shown,
                  severity: message.severity,
                  component: message.affected?.[0]
                    ? cut(plain(message.affected[0]), 255)
                    : message.unit,
                  class: message.unit,
                },
                client: "Nightshift",
                links: linksOf(message),
              }),
            },
          },
        ];
  // What stood in another alert alone is told anew by this one, or over with it.
  const ended = (newsIn(message)?.ends ?? []).map(
    (thread): Sent => ({
      path: "/v2/enqueue",
      body: { event_action: "resolve", dedup_key: keyOfMatter(thread) },
    }),
  );
  const change: Sent = {
    path: "/v2/change/enqueue",
    body: { payload: shown, links: linksOf(message) },
  };
  const changed = hasChanged(message);
  return [...(isAlert(message) || !changed ? alert : []), ...ended, ...(changed ? [change] : [])];
}

export const pagerduty = (
  {
    name,
    routingKey,
    region = "us",
    url = addresses[region],
    secrets,
    outside,
    clock,
  }: PagerDutyParts,
  options: TextOptions,
): Channel => ({
  name,
  async send(message) {
    for (const { path, body } of events(message, options))
      await withSecrets(secrets, [routingKey], async (key) => {
        const answer = await outside.post(
          `${url}${path}`,
          JSON.stringify({ routing_key: key, ...body }),
        );
        // 200 and 201 would come from something in between, not from PagerDuty.
        expectTaken(answer, { by: (status) => status === 202, hidden: [key], now: clock.now() });
      });
  },
});
