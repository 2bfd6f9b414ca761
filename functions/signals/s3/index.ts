/**
 * S3: objects that could not be replicated or are lost, as a bucket's own notifications say, and
 * changes that take a bucket's protection away, as CloudTrail says. What happens to single objects
 * otherwise is not told.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import type { Severity } from "../../../sdk/message.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { lastOf, matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  eventName: z.string(),
  // Of a notification.
  s3: fields({ bucket: fields({ name: text }), object: fields({ key: text, size: number }) }),
  replicationEventData: fields({
    destinationBucket: text,
    failureReason: text,
    replicationRuleId: text,
  }),
  // Of a call.
  requestParameters: fields({
    bucketName: text,
    VersioningConfiguration: fields({ Status: text }),
  }),
  userIdentity: fields({ arn: text, type: text, principalId: text }),
});

/** Calls that leave a bucket with less protection than before. */
const calls: Readonly<Record<string, readonly [Severity, string]>> = {
  DeleteBucket: ["warning", "deleted the bucket"],
  DeleteBucketPublicAccessBlock: ["critical", "lifted the block of public access to"],
  DeleteAccountPublicAccessBlock: [
    "critical",
    "lifted the block of public access to all buckets of the account",
  ],
  DeleteBucketReplication: ["warning", "ended the replication of"],
  DeleteBucketEncryption: ["warning", "removed the default encryption of"],
  PutBucketVersioning: ["warning", "suspended the versions of"],
};

export default signal({
  id: "s3",
  family: "signals",
  summary:
    "Tells of objects that S3 could not replicate, and of buckets that lose their protection",
  on: [
    { source: "aws.s3", detailType: "S3 Event Notification" },
    {
      source: "aws.s3",
      detailType: "AWS API Call via CloudTrail",
      where: { eventName: Object.keys(calls), errorCode: [{ exists: false }] },
    },
  ],
  config: z.strictObject({
    ignore: namesInEvent("Buckets that are not told, `tmp-*` names all that begin so."),
  }),
  detail,

  tell(event, { config, region, at }) {
    const {
      eventName,
      s3,
      requestParameters,
      replicationEventData: replication,
      userIdentity,
    } = event;
    const bucket = s3?.bucket?.name ?? requestParameters?.bucketName;
    if (matchesName(config.ignore, bucket)) return undefined;
    const page = consolePage(region);
    const link = bucket && page`s3/buckets/${bucket}?region=${region}`;
    const object = s3?.object?.key && decodeURIComponent(wellEncoded(s3.object.key));
    const arn = bucket && `arn:${partitionOf(region)}:s3:::${bucket}`;

    const call = calls[eventName];
    if (call) {
      const status = requestParameters?.VersioningConfiguration?.Status;
      if (eventName === "PutBucketVersioning" && status !== "Suspended") return undefined;
      const who = userIdentity?.arn ? lastOf(userIdentity.arn) : (userIdentity?.type ?? "Somebody");
      const [severity, did] = call;
      return message({
        title: `${who} ${did}${bucket ? ` ${bucket}` : ""}`,
        severity,
        affected: [arn],
        facts: { call: eventName, by: userIdentity?.arn, at: at.toISOString() },
        link,
        key: `${arn ?? "s3"}/${eventName}`,
      });
    }

    const failed = eventName.endsWith("OperationFailedReplication");
    const lost = eventName.includes("ReducedRedundancyLostObject");
    if (!failed && !lost) return undefined;
    return message({
      title: `S3 ${failed ? "could not replicate" : "has lost"} an object of ${bucket ?? "a bucket"}${object ? `: ${object}` : ""}`,
      severity: lost ? "critical" : "warning",
      affected: [arn],
      facts: {
        object,
        to: replication?.destinationBucket && lastOf(replication.destinationBucket),
        why: replication?.failureReason,
        rule: replication?.replicationRuleId,
        size: s3?.object?.size,
      },
      link,
      key: `${arn ?? "s3"}/${failed ? "replication" : "lost"}`,
    });
  },
});

/** Keys come URL-encoded, spaces as `+`; one that is not well encoded is shown as it is. */
function wellEncoded(key: string): string {
  const spaced = key.replaceAll("+", "%20");
  return /%(?![0-9a-f]{2})/i.test(spaced) || !valid(spaced) ? encodeURIComponent(key) : spaced;
}
function valid(text: string): boolean {
  try {
    return Boolean(decodeURIComponent(text)) || text === "";
  } catch {
    return false;
  }
}
