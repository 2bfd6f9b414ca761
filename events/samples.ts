/** The sample payloads, and the wrappings in which AWS delivers them. */
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

type Json = Readonly<Record<string, unknown>>;

const root = join(import.meta.dirname, "..");

/** The name of a sample of a unit, `functions/signals/acm/events/expired.json`: `acm/expired`. */
const nameOf = (file: string): string => {
  const folder = dirname(file);
  const owner = basename(folder) === "events" ? dirname(folder) : folder;
  return `${basename(owner)}/${basename(file, ".json")}`;
};

function found(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const file of globSync(["events/*/*.json", "functions/*/*/events/*.json"], { cwd: root })) {
    const path = file.replaceAll("\\", "/");
    const name = nameOf(path);
    const other = files.get(name);
    if (other) throw new Error(`${other} and ${path} are both ${name}: give one another name`);
    files.set(name, path);
  }
  return files;
}
const files = found();

const fileOf = (name: string): string => {
  const file = files.get(name);
  if (!file) throw new Error(`there is no sample event ${name}: see events/README.md`);
  return file;
};

/**
 * The names of all samples: those of a unit, `acm/certificate-expired`, by its id, those of no
 * single unit, `ec2/instance-state-change`, by their source.
 */
export const samples: readonly string[] = [...files.keys()].toSorted();

/** @param name as in `samples` */
export const sample = (name: string): Json =>
  JSON.parse(readFileSync(join(root, fileOf(name)), "utf8")) as Json;

/** The family and the id of the unit in whose folder the sample lies, if it lies in one. */
export function ownerOf(
  name: string,
): { readonly family: string; readonly id: string } | undefined {
  const [top, family, id] = fileOf(name).split("/");
  return top === "functions" && family && id ? { family, id } : undefined;
}

/** The topic of `throughSns`. */
export const alarmsTopic = "arn:aws:sns:us-east-1:123456789012:alarms";

/** As SNS writes it to an HTTP endpoint or a queue without raw delivery. */
export const notification = (message: unknown): Json => ({
  Type: "Notification",
  MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
  TopicArn: alarmsTopic,
  Subject: "ALARM",
  Message: typeof message === "string" ? message : JSON.stringify(message),
  Timestamp: "2026-11-20T21:14:05.123Z",
  SignatureVersion: "1",
  Signature: "EXAMPLE",
  SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0000.pem",
  UnsubscribeURL: "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
  MessageAttributes: {},
});

/** As SNS invokes a Lambda function. */
export const throughSns = (...messages: readonly unknown[]): Json => ({
  Records: messages.map((message) => ({
    EventSource: "aws:sns",
    EventVersion: "1.0",
    EventSubscriptionArn: `${alarmsTopic}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`,
    Sns: notification(message),
  })),
});

/** As a queue invokes a Lambda function: ids are `message-0`, `message-1` and so on. */
export const throughSqs = (...bodies: readonly unknown[]): Json => ({
  Records: bodies.map((body, at) => ({
    messageId: `message-${at}`,
    receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "1545082649183",
      SenderId: "AIDAIENQZJOLO23YVJ4VO",
      ApproximateFirstReceiveTimestamp: "1545082649185",
    },
    messageAttributes: {},
    md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:events",
    awsRegion: "us-east-1",
  })),
});

/** A topic's subscription with raw delivery puts the message itself on the queue. */
export const wrappings = {
  "as it is": (payload: unknown) => payload,
  "through SNS": (payload: unknown) => throughSns(payload),
  "through SQS": (payload: unknown) => throughSqs(payload),
  "through SNS and SQS": (payload: unknown) => throughSqs(notification(payload)),
} as const;
