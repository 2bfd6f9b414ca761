/** What Lambda was invoked with, unwrapped: EventBridge, SNS, SQS, and CloudWatch alarms in their three shapes, all as one kind of event. */
import { digest } from "../core/codec.ts";
import { cut, plain } from "../core/plain.ts";
import { alarmOfDirect, alarmOfSns, changedAt, isAlarmEvent, isDirectAlarm, isSnsAlarm, occurrence } from "./alarm-shapes.ts";

export interface IncomingEvent {
  /** The same for every delivery of one event. An alarm's is made of what happened, so that it is one in all three shapes. */
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly time: Date;
  readonly resources: readonly string[];
  readonly detail: unknown;
  /** Out of its wrapping, in EventBridge's shape: what patterns are matched with. */
  readonly raw: unknown;
}

export interface Delivery {
  readonly event: IncomingEvent;
  readonly via: "eventbridge" | "sns" | "sqs" | "direct";
  /** Of the SQS record, for the partial batch response. */
  readonly messageId?: string;
}

/** A record that could not be read, beside others that could. */
export interface Unreadable {
  readonly error: EnvelopeError;
  readonly messageId?: string;
}

/** What came is of no known shape. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
}

type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** AWS writes `+0000`, which is not ISO 8601. */
export const timeOf = (value: unknown): Date | undefined => {
  const time = new Date(text(value)?.replace(/([+-]\d{2})(\d{2})$/, "$1:$2") ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
};

const expected =
  'expected an EventBridge event (with "source", "detail-type", "account", "region", "time" and "detail"), an SNS or SQS event ("Records") that carries one, or a CloudWatch alarm ("alarmArn" and "alarmData", or "AlarmName" and "NewStateValue")';
const shown = (value: unknown): string =>
  plain(
    cut(
      isFields(value)
        ? `an object with ${Object.keys(value).slice(0, 12).join(", ") || "no fields"}`
        : Array.isArray(value)
          ? "a list"
          : typeof value === "string"
            ? `the text ${JSON.stringify(value)}`
            : String(value),
      200,
    ),
  );

function json(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new EnvelopeError(`the ${what} is not JSON: ${plain(cut(JSON.stringify(body), 120))}; ${expected}`);
  }
}

function fromEventBridge(given: Fields): IncomingEvent {
  const [source, detailType, account, region, time] = [
    text(given.source),
    text(given["detail-type"]),
    text(given.account),
    text(given.region),
    timeOf(given.time),
  ];
  if (!source || !detailType || !account || !region || !time) {
    const lacking = Object.entries({ source, "detail-type": detailType, account, region, time }).flatMap(([name, value]) => (value ? [] : [name]));
    throw new EnvelopeError(`an EventBridge event without a valid ${lacking.join(" and ")}; ${expected}`);
  }
  const resources = Array.isArray(given.resources) ? given.resources.filter((one) => typeof one === "string") : [];
  const event = { id: text(given.id) ?? digest(given).slice(0, 32), source, detailType, account, region, time, resources, detail: given.detail, raw: given };
  if (!isAlarmEvent(event)) return event;
  const alarm = { ...event, time: timeOf(changedAt(event.detail)) ?? time };
  return { ...alarm, id: occurrence(alarm) };
}

/** @param topic ARN of the topic it came through, which names the region where the alarm itself does not */
function open(given: unknown, topic?: string): IncomingEvent {
  if (!isFields(given)) throw new EnvelopeError(`got ${shown(given)}; ${expected}`);
  if (isDirectAlarm(given)) return fromEventBridge(alarmOfDirect(given));
  if (isSnsAlarm(given)) return fromEventBridge(alarmOfSns(given, topic));
  if ("detail-type" in given || ("source" in given && "detail" in given)) return fromEventBridge(given);
  throw new EnvelopeError(`got ${shown(given)}; ${expected}`);
}

const isNotification = (given: unknown): given is Fields & { Message: string } =>
  isFields(given) && typeof given.Message === "string" && ("TopicArn" in given || given.Type === "Notification");
const fromNotification = ({ Message, TopicArn }: Fields & { Message: string }): IncomingEvent => open(json(Message, "SNS message"), text(TopicArn));

function fromRecord(record: unknown): Delivery {
  if (isFields(record) && isNotification(record.Sns)) return { event: fromNotification(record.Sns), via: "sns" };
  if (isFields(record) && typeof record.body === "string") {
    const body = json(record.body, "body of the SQS message");
    return { event: isNotification(body) ? fromNotification(body) : open(body), via: "sqs" };
  }
  throw new EnvelopeError(`a record that is neither of SNS nor of SQS: ${shown(record)}; ${expected}`);
}

/** Each record by itself, so that one that cannot be read does not take the others with it. */
export function unwrapEach(payload: unknown): (Delivery | Unreadable)[] {
  if (!isFields(payload) || !Array.isArray(payload.Records)) return unwrapOne(() => deliveryOf(payload));
  return payload.Records.flatMap((record: unknown) => unwrapOne(() => fromRecord(record), isFields(record) ? text(record.messageId) : undefined));
}

function unwrapOne(take: () => Delivery, messageId?: string): [Delivery | Unreadable] {
  const id = messageId === undefined ? {} : { messageId };
  try {
    return [{ ...take(), ...id }];
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    return [{ error, ...id }];
  }
}

function deliveryOf(payload: unknown): Delivery {
  if (isNotification(payload)) return { event: fromNotification(payload), via: "sns" };
  const event = open(payload);
  return { event, via: event.raw === payload ? "eventbridge" : "direct" };
}

/**
 * Takes the events out of whatever delivered them.
 * @param payload what Lambda was invoked with
 * @throws {EnvelopeError} that says what came and what was expected
 */
export function unwrap(payload: unknown): Delivery[] {
  return unwrapEach(payload).map((one) => {
    if ("error" in one) throw one.error;
    return one;
  });
}
