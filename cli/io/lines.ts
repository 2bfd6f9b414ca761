/**
 * Recorded events, one JSON document a line: EventBridge's, CloudTrail's records, its log files,
 * and what LookupEvents answers.
 */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../sdk/errors.ts";
import { type Fields, isFields } from "../../sdk/fields.ts";

/** A CloudTrail record, as far as it is used. */
export interface TrailRecord extends Fields {
  readonly eventID?: string;
  readonly eventName: string;
  readonly eventSource: string;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly awsRegion: string;
  readonly errorCode?: string;
  readonly readOnly?: boolean;
  readonly recipientAccountId?: string;
  readonly userIdentity?: {
    readonly arn?: string;
    readonly accountId?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: string } };
  };
}

const isTrailRecord = (value: unknown): value is TrailRecord =>
  isFields(value) &&
  ["eventName", "eventSource", "eventTime", "awsRegion"].every(
    (name) => typeof value[name] === "string",
  );

/** @throws {UsageError} that names the line which is not JSON */
export function readLines(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(resolve(file), "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    throw new UsageError(
      code === "ENOENT"
        ? `the file ${file} does not exist`
        : `the file ${file} cannot be read: ${(error as Error).message}`,
    );
  }
  return text.split("\n").flatMap((line, at) => {
    if (!line.trim()) return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new UsageError(`line ${at + 1} of ${file} is not JSON: ${(error as Error).message}`);
    }
  });
}

/**
 * The CloudTrail record that a document is or carries; all of them, of a log file. Nothing for what
 * is none.
 */
export function trailRecords(document: unknown): readonly TrailRecord[] {
  if (isTrailRecord(document)) return [document];
  if (!isFields(document)) return [];
  if (typeof document.CloudTrailEvent === "string")
    return trailRecords(JSON.parse(document.CloudTrailEvent));
  for (const inside of [document.Records, document.Events])
    if (Array.isArray(inside)) return inside.flatMap(trailRecords);
  return isTrailRecord(document.detail) ? [document.detail] : [];
}

/** A record as EventBridge would have sent it. */
const wrapped = (record: TrailRecord): Fields => ({
  version: "0",
  id: record.eventID,
  "detail-type":
    record.eventType === "AwsServiceEvent"
      ? "AWS Service Event via CloudTrail"
      : "AWS API Call via CloudTrail",
  source: `aws.${record.eventSource.split(".")[0]}`,
  account: record.recipientAccountId ?? record.userIdentity?.accountId,
  time: record.eventTime,
  region: record.awsRegion,
  resources: [],
  detail: record,
});

/** Each event as EventBridge sends it, in the order of the document. */
export function eventsOf(document: unknown): readonly unknown[] {
  if (isFields(document) && "detail-type" in document) return [document];
  const records = trailRecords(document);
  return records.length ? records.map(wrapped) : [document];
}
