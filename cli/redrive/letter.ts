/**
 * What a dead letter is, and whom it was meant for. Every role of ours may send to the failure
 * queue and so may whoever holds one, so nothing is taken from a letter that its sender could not
 * have done without the person who redrives it.
 */

import {
  type Letter as ChannelLetter,
  readLetter as readChannelLetter,
} from "../../channels/queue.ts";
import { isFields } from "../../sdk/fields.ts";
import { arnsOf, type Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";

/** `to`: a function's short name, or all that ask the home bus for such an event. */
export type DeadLetter =
  | {
      readonly kind: "invocation" | "event" | "schedule";
      readonly to: string;
      readonly payload: unknown;
      readonly why: string;
    }
  /** The stream's records: what they hold is in the table still. */
  | {
      readonly kind: "stream";
      readonly to: "watchdog";
      readonly payload: unknown;
      readonly why: string;
    }
  /** Of a channel's queue: what even the topic did not take. */
  | {
      readonly kind: "channel";
      readonly to: string;
      readonly payload: ChannelLetter;
      readonly why: string;
    }
  | {
      readonly kind: "unknown";
      readonly to: null;
      readonly payload: unknown;
      readonly why: string;
    };

/** To `Letter.to`: whoever asks for it. */
export const homeBus = "bus";

export interface Ours extends Deployed {
  readonly account: string;
  readonly units: readonly string[];
  /** Names in the settings. */
  readonly channels: readonly string[];
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const unknown = (payload: unknown, why: string): DeadLetter => ({
  kind: "unknown",
  to: null,
  payload,
  why,
});

/**
 * What AWS itself starts. `decide` and `undo` are for people, who are told at once when they fail
 * (rule: policy-not-in-payload).
 */
const startedByAws = (units: readonly string[]): ReadonlySet<string> =>
  new Set([...units, "signals", "tell", "watchdog"]);

/** @returns its short name; nothing for what is not ours, or not for AWS to start */
function functionOf(arn: string, ours: Ours): string | undefined {
  const [, , service, region, owner, kind, called] = arn.split(":");
  if (service !== "lambda" || kind !== "function") return undefined;
  if (region !== ours.home || owner !== ours.account) return undefined;
  const { function: named } = namesOf(ours);
  return [...startedByAws(ours.units)].find((name) => named(name) === called);
}

/** Why what was meant for a function is left where it is. */
function notToStart(arn: string, ours: Ours): string {
  const called = arn.split(":")[6];
  if (called === namesOf(ours).function("slack-work"))
    return "somebody pressed or typed it in Slack, which is good for five minutes: they press it again";
  return `it was meant for ${arn || "nobody that it names"}, which is not for this to start`;
}

/** @param attributes the message's, by name */
export function readDeadLetter(
  body: string,
  attributes: Readonly<Record<string, string>>,
  ours: Ours,
): DeadLetter {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return unknown(body, "it is not JSON");
  }
  const why = attributes.ERROR_MESSAGE ?? attributes.ERROR_CODE ?? "";
  if (attributes.TARGET_ARN) return undelivered(given, attributes, why, ours);
  if (!isFields(given)) return unknown(given, "it is no object");
  const channel = ofChannel(body);
  if (channel) {
    if (!ours.channels.includes(channel.channel))
      return unknown(
        given,
        `it was meant for the channel ${channel.channel}, which the settings do not name`,
      );
    const tried = channel.tried.map(({ channel: name, why }) => `${name}: ${why}`).join("; ");
    return {
      kind: "channel",
      to: channel.channel,
      payload: channel,
      why:
        tried ||
        `neither the channel nor the topic took it: the log of ${namesOf(ours).function("deliver")} says why`,
    };
  }
  const { requestContext, requestPayload, responsePayload, DDBStreamBatchInfo } = given;
  if (isFields(requestContext)) {
    const arn = text(requestContext.functionArn);
    const to = functionOf(arn, ours);
    if (!to) return unknown(given, notToStart(arn, ours));
    const failed =
      text(isFields(responsePayload) ? responsePayload.errorMessage : "") ||
      text(requestContext.condition);
    if (isFields(DDBStreamBatchInfo))
      return { kind: "stream", to: "watchdog", payload: { kind: "watch" }, why: failed };
    if (!("requestPayload" in given))
      return unknown(given, "it does not hold what the function was given");
    return { kind: "invocation", to, payload: requestPayload, why: failed };
  }
  if (given.Type === "Notification")
    return unknown(
      given,
      "somebody who is subscribed to the topic refused it: see the subscriptions, `npx nightshift history` shows what was done",
    );
  return unknown(given, "it is of no known shape");
}

/** From EventBridge or its Scheduler: the body is what the target would have been given. */
function undelivered(
  payload: unknown,
  attributes: Readonly<Record<string, string>>,
  why: string,
  ours: Ours,
): DeadLetter {
  const { TARGET_ARN: target = "", SCHEDULE_ARN: schedule, SCHEDULED_TIME: due } = attributes;
  if (attributes.IS_PAYLOAD_TRUNCATED === "true")
    return unknown(payload, "it was cut before it came here");
  if (target === arnsOf(ours, ours).bus) return { kind: "event", to: homeBus, payload, why };
  const to = functionOf(target, ours);
  if (!to) return unknown(payload, `it was meant for ${target}, which is not for this to start`);
  if (schedule === undefined) return { kind: "event", to, payload, why };
  // Whether the scheduler has filled in its own values before it gave up is not documented.
  const filled = JSON.stringify(payload)
    .replaceAll("<aws.scheduler.scheduled-time>", due ?? "")
    .replaceAll("<aws.scheduler.schedule-arn>", schedule);
  return { kind: "schedule", to, payload: JSON.parse(filled), why };
}

function ofChannel(body: string): ChannelLetter | undefined {
  try {
    return readChannelLetter(body);
  } catch {
    return undefined;
  }
}
