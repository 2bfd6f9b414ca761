/**
 * What AWS tells without EventBridge, in EventBridge's shape: budgets write a letter to a topic,
 * Cost Anomaly Detection a text of its own, S3 a list of records, Lambda what became of an
 * invocation. What services publish that the bus brings too is in `notices.ts`.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */

import { digest } from "../sdk/codec.ts";
import { type Fields, isFields } from "../sdk/fields.ts";
import { placeOfTopic, type Through } from "./notices.ts";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const isS3Record = (given: unknown): given is Fields =>
  isFields(given) && given.eventSource === "aws:s3" && typeof given.eventName === "string";
/** What S3 sends when a notification is set up. */
export const isS3Test = (given: unknown): boolean =>
  isFields(given) && given.Event === "s3:TestEvent" && given.Service === "Amazon S3";

export function s3Record(given: Fields, through: Through): Fields {
  const bucket = isFields(given.s3) && isFields(given.s3.bucket) ? given.s3.bucket : {};
  return {
    source: "aws.s3",
    "detail-type": "S3 Event Notification",
    account: placeOfTopic(through).account,
    region: given.awsRegion,
    time: given.eventTime,
    resources: text(bucket.arn) ? [bucket.arn] : [],
    detail: given,
  };
}

export const isInvocationRecord = (given: Fields): boolean =>
  isFields(given.requestContext) &&
  typeof given.requestContext.functionArn === "string" &&
  typeof given.requestContext.condition === "string";

/**
 * Named as EventBridge names it: `lambda`, which is no name that AWS keeps for itself, so it is as
 * untrusted as there.
 */
export function invocationRecord(given: Fields): Fields {
  const { functionArn, condition } = given.requestContext as {
    functionArn: string;
    condition: string;
  };
  const [, , , region, account] = functionArn.split(":");
  return {
    source: "lambda",
    "detail-type": `Lambda Function Invocation Result - ${condition === "Success" ? "Success" : "Failure"}`,
    account,
    region,
    time: given.timestamp,
    resources: [functionArn],
    detail: given,
  };
}

export const isAnomaly = (given: Fields): boolean =>
  typeof given.anomalyId === "string" && ("dimensionalValue" in given || "anomalyScore" in given);
export const anomaly = (given: Fields, through: Through): Fields => ({
  id: digest(given).slice(0, 32),
  source: "aws.ce",
  "detail-type": "Anomaly Detected",
  account: text(given.accountId) ?? placeOfTopic(through).account,
  region: placeOfTopic(through).region ?? "us-east-1",
  time: through.at ?? given.anomalyStartDate,
  resources: text(given.monitorArn) ? [given.monitorArn] : [],
  detail: given,
});

/** What came through a topic or a queue and is of no shape that is known. */
export interface Note {
  /** `sns`, `sqs`: no name that AWS keeps for itself, so it is believed as little as any other. */
  readonly source: "sns" | "sqs";
  readonly subject: string | undefined;
  readonly text: string;
}

/** Of a letter the lines of the form `Budget Name: …`. */
const linesNamed = (letter: string): Fields =>
  Object.fromEntries(
    letter.split("\n").flatMap((line) => {
      const colon = line.indexOf(":");
      const name = line.slice(0, Math.max(0, colon)).trim();
      const value = line.slice(colon + 1).trim();
      return value && lineName.test(name) ? [[name, value] as const] : [];
    }),
  );
const lineName = /^[A-Z][A-Za-z -]{2,40}$/;

function parsedFields(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : { message: body };
  } catch {
    const lines = linesNamed(body);
    // One line alone may be a sentence with a colon.
    return Object.keys(lines).length > 1 ? { ...lines, text: body } : { message: body };
  }
}

/** Of JSON its fields, of a text its lines that have a name, or the text; under its subject. */
export function noteOf({ source, subject, text: body }: Note, through: Through): Fields {
  const detail = parsedFields(body);
  const isText = detail.message === body;
  return {
    source,
    "detail-type": subject ?? "Message",
    ...placeOfTopic(through),
    time: through.at,
    resources: isText && through.arn ? [through.arn] : [],
    detail: isText ? detail : { ...detail, through: through.arn },
  };
}

export const isBudgetLetter = (message: string): boolean =>
  /^\s*AWS Budget Notification\b/.test(message);

/** Its lines of the form `Budget Name: …` are what there is to read. */
export function budgetLetter(message: string, through: Through): Fields {
  const [, account] = /AWS Account (\d{12})/.exec(message) ?? [];
  const [, day] = /AWS Budget Notification\s+([A-Z][a-z]+ \d{1,2}, \d{4})/.exec(message) ?? [];
  const there = placeOfTopic(through);
  return {
    id: digest(message).slice(0, 32),
    source: "aws.budgets",
    "detail-type": "Budget Notification",
    account: account ?? there.account,
    region: there.region ?? "us-east-1",
    time: through.at ?? (day && `${day} UTC`),
    resources: [],
    detail: linesNamed(message),
  };
}
