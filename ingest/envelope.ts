/**
 * What Lambda was invoked with, unwrapped: EventBridge, SNS, SQS, CloudWatch alarms in their three
 * shapes, and what AWS says in others, all as one kind of event.
 */

import { digest } from "../sdk/codec.ts";
import { type Fields, isFields } from "../sdk/fields.ts";
import { plain } from "../sdk/plain.ts";
import { redactedTo } from "../sdk/redact.ts";
import { changedAt, isAlarmEvent, occurrence } from "./alarm-shapes.ts";
import type { Through } from "./notices.ts";
import { type Note, noteOf } from "./other-shapes.ts";
import { ownShapes } from "./own-shapes.ts";

export interface IncomingEvent {
  /**
   * The same for every delivery of one event. An alarm's is made of what happened, so that it is
   * one in all three shapes.
   */
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

/** An event, and whether its service wrote it down in a shape of its own. */
interface Shaped {
  readonly event: IncomingEvent;
  /** `event`: as EventBridge writes it. `own`: as a service publishes it past EventBridge. */
  readonly shape: "event" | "own";
}

export interface Delivery extends Shaped {
  readonly via: "eventbridge" | "sns" | "sqs" | "direct";
  /** ARN of the topic, where SNS itself hands it over. */
  readonly topic?: string;
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

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** AWS writes `+0000`, which is not ISO 8601. */
export const eventTime = (value: unknown): Date | undefined => {
  const time = new Date(text(value)?.replace(/([+-]\d{2})(\d{2})$/, "$1:$2") ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
};

const expected =
  'expected an EventBridge event (with "source", "detail-type", "account", "region", "time" and "detail"), an SNS or SQS event ("Records") that carries one, or a CloudWatch alarm ("alarmArn" and "alarmData", or "AlarmName" and "NewStateValue")';
/** Of an object so many fields are named. */
const mostFields = 12;
function kindText(value: unknown): string {
  if (isFields(value)) {
    const fields = Object.keys(value).slice(0, mostFields).join(", ");
    return `an object with ${fields || "no fields"}`;
  }
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? `the text ${JSON.stringify(value)}` : String(value);
}
const shown = (value: unknown): string => plain(redactedTo(kindText(value), 200));

function json(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new EnvelopeError(
      `the ${what} is not JSON: ${plain(redactedTo(JSON.stringify(body), 120))}; ${expected}`,
    );
  }
}

function fromEventBridge(given: Fields): IncomingEvent {
  const [source, detailType, account, region, time] = [
    text(given.source),
    text(given["detail-type"]),
    text(given.account),
    text(given.region),
    eventTime(given.time),
  ];
  if (!source || !detailType || !account || !region || !time) {
    const lacking = Object.entries({
      source,
      "detail-type": detailType,
      account,
      region,
      time,
    }).flatMap(([name, value]) => (value ? [] : [name]));
    throw new EnvelopeError(
      `an EventBridge event without a valid ${lacking.join(" and ")}; ${expected}`,
    );
  }
  const resources = Array.isArray(given.resources)
    ? given.resources.filter((one) => typeof one === "string")
    : [];
  const event = {
    id: text(given.id) ?? digest(given).slice(0, 32),
    source,
    detailType,
    account,
    region,
    time,
    resources,
    detail: given.detail,
    raw: given,
  };
  if (!isAlarmEvent(event)) return event;
  const alarm = { ...event, time: eventTime(changedAt(event.detail)) ?? time };
  return { ...alarm, id: occurrence(alarm) };
}

const asEvent = (given: Fields): Shaped[] => [{ event: fromEventBridge(given), shape: "event" }];
const ofService = (...given: readonly Fields[]): Shaped[] =>
  given.map((fields) => ({ event: fromEventBridge(fields), shape: "own" }));

/** Several: S3 sends lists. Its test of a new notification is none. */
function open(given: unknown, through: Through): Shaped[] {
  if (!isFields(given)) throw new EnvelopeError(`got ${shown(given)}; ${expected}`);
  // Notifications of the developer tools spell it so.
  if ("notificationRuleArn" in given && "detailType" in given)
    return asEvent({ "detail-type": given.detailType, ...given });
  if ("detail-type" in given || ("source" in given && "detail" in given)) return asEvent(given);
  const own = ownShapes.ofFields(given, through);
  if (own) return ofService(...own);
  throw new EnvelopeError(`got ${shown(given)}; ${expected}`);
}

const isNotification = (given: unknown): given is Fields & { Message: string } =>
  isFields(given) &&
  typeof given.Message === "string" &&
  ("TopicArn" in given || given.Type === "Notification");
function fromNotification(
  { Message, Subject, TopicArn, Timestamp }: Fields & { Message: string },
  own: string | undefined,
): Shaped[] {
  const through = { arn: text(TopicArn), at: text(Timestamp), own };
  return toldAnyway(
    { source: "sns", subject: text(Subject), text: Message },
    through,
    () => letter(Message, through) ?? open(json(Message, "SNS message"), through),
  );
}

/** What a service writes as a text for people. */
function letter(message: string, through: Through): Shaped[] | undefined {
  const event = ownShapes.ofLetter(message, through);
  return event && ofService(event);
}

/**
 * What is of no known shape is told as the text or the fields that it is: whoever wrote it to a topic
 * or a queue that leads here wants it told. It says nothing where it does not even say where and when.
 */
function toldAnyway(note: Note, through: Through, known: () => Shaped[]): Shaped[] {
  try {
    return known();
  } catch (error) {
    if (!(error instanceof EnvelopeError) || note.text.trim() === "") throw error;
    if (!through.arn || !through.at) throw error;
    return asEvent(noteOf(note, through));
  }
}

function fromRecord(record: unknown, own: string | undefined): Delivery[] {
  if (isFields(record) && isNotification(record.Sns)) {
    const topic = text(record.Sns.TopicArn);
    return fromNotification(record.Sns, own).map((shaped) => ({
      ...shaped,
      via: "sns",
      ...(topic && { topic }),
    }));
  }
  const written = ownShapes.ofRecord(record, { own });
  if (written) return arrived("direct", ofService(written));
  if (isFields(record) && typeof record.body === "string")
    return arrived("sqs", fromQueue(record.body, { ...queueOf(record), own }));
  throw new EnvelopeError(
    `a record that is neither of SNS nor of SQS: ${shown(record)}; ${expected}`,
  );
}

function fromQueue(body: string, through: Through): Shaped[] {
  return toldAnyway({ source: "sqs", subject: undefined, text: body }, through, () => {
    const written = letter(body, through);
    if (written) return written;
    const parsed = json(body, "body of the SQS message");
    return isNotification(parsed) ? fromNotification(parsed, through.own) : open(parsed, through);
  });
}

const arrived = (via: Delivery["via"], all: readonly Shaped[]): Delivery[] =>
  all.map((shaped) => ({ ...shaped, via }));

/**
 * A topic with raw delivery puts the message itself on a queue: what the topic would have said, the
 * queue says.
 */
function queueOf({ eventSourceARN, attributes }: Fields): Through {
  const sent = isFields(attributes) ? Number(attributes.SentTimestamp) : Number.NaN;
  return {
    arn: text(eventSourceARN),
    at: Number.isNaN(new Date(sent).getTime()) ? undefined : new Date(sent).toISOString(),
  };
}

/**
 * Each record by itself, so that one that cannot be read does not take the others with it.
 * @param own the account that this runs in, for what does not say its own
 */
export function unwrapEach(payload: unknown, own?: string): (Delivery | Unreadable)[] {
  if (!isFields(payload) || !Array.isArray(payload.Records))
    return unwrapOne(() => deliveriesOf(payload, own));
  return payload.Records.flatMap((record: unknown) =>
    unwrapOne(() => fromRecord(record, own), isFields(record) ? text(record.messageId) : undefined),
  );
}

function unwrapOne(take: () => Delivery[], messageId?: string): (Delivery | Unreadable)[] {
  const id = messageId === undefined ? {} : { messageId };
  try {
    return take().map((delivery) => ({ ...delivery, ...id }));
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    return [{ error, ...id }];
  }
}

function deliveriesOf(payload: unknown, own: string | undefined): Delivery[] {
  // SNS hands over records: a bare notification was copied from somewhere.
  if (isNotification(payload)) return arrived("direct", fromNotification(payload, own));
  const written = typeof payload === "string" ? letter(payload, { own }) : undefined;
  if (written) return arrived("direct", written);
  return open(payload, { own }).map((shaped) => ({
    ...shaped,
    via: shaped.shape === "event" ? "eventbridge" : "direct",
  }));
}

/**
 * Takes the events out of whatever delivered them.
 * @param payload what Lambda was invoked with
 * @param own the account that this runs in, for what does not say its own
 * @throws {EnvelopeError} that says what came and what was expected
 */
export function unwrap(payload: unknown, own?: string): Delivery[] {
  return unwrapEach(payload, own).map((one) => {
    if ("error" in one) throw one.error;
    return one;
  });
}
