/**
 * What AWS tells without EventBridge, in EventBridge's shape: budgets write a letter to a topic,
 * Cost Anomaly Detection and RDS texts of their own, S3 a list of records, Lambda what became of an
 * invocation.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Subscribing.html
 */

import { digest } from "../sdk/codec.ts";
import { type Fields, isFields } from "../sdk/fields.ts";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Where something came through: it says what the shapes themselves leave out. */
export interface Through {
  /** ARN of the topic or queue. */
  readonly arn?: string | undefined;
  /** When the topic took it. */
  readonly at?: string | undefined;
  /** The account that this runs in. */
  readonly own?: string | undefined;
}

const place = ({ arn, own }: Through) => {
  const [, , , region, account] = (arn ?? "").split(":");
  return { region, account: account || own };
};

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
    account: place(through).account,
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
  account: text(given.accountId) ?? place(through).account,
  region: place(through).region ?? "us-east-1",
  time: through.at ?? given.anomalyStartDate,
  resources: text(given.monitorArn) ? [given.monitorArn] : [],
  detail: given,
});

/** What RDS calls the kinds of its sources: to subscribers of a topic, and on the bus. */
const databaseKinds: ReadonlyMap<unknown, readonly [detailType: string, sourceType: string]> =
  new Map([
    ["db-instance", ["RDS DB Instance Event", "DB_INSTANCE"]],
    ["db-cluster", ["RDS DB Cluster Event", "CLUSTER"]],
    ["db-snapshot", ["RDS DB Snapshot Event", "SNAPSHOT"]],
    ["db-cluster-snapshot", ["RDS DB Cluster Snapshot Event", "CLUSTER_SNAPSHOT"]],
    ["db-parameter-group", ["RDS DB Parameter Group Event", "DB_PARAM"]],
    ["db-security-group", ["RDS DB Security Group Event", "SECURITY_GROUP"]],
    ["db-proxy", ["RDS DB Proxy Event", "DB_PROXY"]],
  ]);

export const isDatabaseNotice = (given: Fields): boolean =>
  databaseKinds.has(given["Event Source"]) &&
  typeof given["Event ID"] === "string" &&
  typeof given["Source ID"] === "string";

/** What RDS publishes to the topic of an event subscription. Its times are UTC and do not say so. */
export function databaseNotice(given: Fields, through: Through): Fields {
  const [detailType, sourceType] = databaseKinds.get(given["Event Source"]) ?? ["RDS Event", ""];
  const arn = text(given["Source ARN"]);
  const there = place({ ...through, arn: arn ?? through.arn });
  const id = text(given["Event ID"]) ?? "";
  const time = text(given["Event Time"])?.replace(" ", "T");
  return {
    id: digest(given).slice(0, 32),
    source: "aws.rds",
    "detail-type": detailType,
    account: there.account,
    region: there.region,
    time: time ? `${time}Z` : through.at,
    resources: arn ? [arn] : [],
    detail: {
      SourceType: sourceType,
      SourceIdentifier: given["Source ID"],
      SourceArn: arn,
      EventID: id.slice(id.lastIndexOf("#") + 1),
      EventCategories: given["Event Categories"],
      Message: given["Event Message"],
      Date: time,
    },
  };
}

/** What came through a topic or a queue and is of no shape that is known. */
export interface Note {
  /** `sns`, `sqs`: no name that AWS keeps for itself, so it is believed as little as any other. */
  readonly source: "sns" | "sqs";
  readonly subject: string | undefined;
  readonly text: string;
}

const parsedFields = (body: string): Fields => {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : { message: body };
  } catch {
    return { message: body };
  }
};

/** Of JSON its fields, of anything else the text, under the subject that it has. */
export function noteOf({ source, subject, text: body }: Note, through: Through): Fields {
  const detail = parsedFields(body);
  const isText = detail.message === body;
  return {
    source,
    "detail-type": subject ?? "Message",
    ...place(through),
    time: through.at,
    resources: isText && through.arn ? [through.arn] : [],
    detail: isText ? detail : { ...detail, through: through.arn },
  };
}

export const isBudgetLetter = (message: string): boolean =>
  /^\s*AWS Budget Notification\b/.test(message);

const lineName = /^[A-Z][A-Za-z -]{2,40}$/;

/** Its lines of the form `Budget Name: …` are what there is to read. */
export function budgetLetter(message: string, through: Through): Fields {
  const lines = message.split("\n").flatMap((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim();
    const value = line.slice(colon + 1).trim();
    return value && lineName.test(name) ? [[name, value] as const] : [];
  });
  const [, account] = /AWS Account (\d{12})/.exec(message) ?? [];
  const [, day] = /AWS Budget Notification\s+([A-Z][a-z]+ \d{1,2}, \d{4})/.exec(message) ?? [];
  const there = place(through);
  return {
    id: digest(message).slice(0, 32),
    source: "aws.budgets",
    "detail-type": "Budget Notification",
    account: account ?? there.account,
    region: there.region ?? "us-east-1",
    time: through.at ?? (day && `${day} UTC`),
    resources: [],
    detail: Object.fromEntries(lines),
  };
}
