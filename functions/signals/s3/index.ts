/**
 * S3: objects that could not be replicated or are lost, as a bucket's own notifications say, and
 * changes that take a bucket's protection away, as CloudTrail says. What happens to single objects
 * otherwise is not told.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { bytesText } from "../../../sdk/bytes.ts";
import type { Severity } from "../../../sdk/message.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { callerOf, lastOf, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { decodedKey } from "./object-key.ts";

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

type Event = z.output<typeof detail>;

const objectIn = ({ s3 }: Event): string | undefined =>
  s3?.object?.key && decodedKey(s3.object.key);

/** A call that leaves a bucket with less protection than before. */
const call = (severity: Severity, did: string) => ({
  severity,
  endless: true,
  title: ({ detail: { userIdentity, requestParameters } }: { readonly detail: Event }) =>
    `${callerOf(userIdentity)} ${did}${prefixed(" ", requestParameters?.bucketName)}`,
});
const calls = {
  DeleteBucket: call("warning", "deleted the bucket"),
  DeleteBucketPublicAccessBlock: call("critical", "lifted the block of public access to"),
  DeleteAccountPublicAccessBlock: call(
    "critical",
    "lifted the block of public access to all buckets of the account",
  ),
  DeleteBucketReplication: call("warning", "ended the replication of"),
  DeleteBucketEncryption: call("warning", "removed the default encryption of"),
  PutBucketVersioning: { ...call("warning", "suspended the versions of"), endless: false },
};

/** Which state it tells of: the call, or what has happened to an object. */
function happened({ eventName, requestParameters }: Event): string {
  if (eventName.endsWith("OperationFailedReplication")) return "replication";
  if (eventName.includes("ReducedRedundancyLostObject")) return "lost";
  const versions = requestParameters?.VersioningConfiguration?.Status;
  if (eventName === "PutBucketVersioning" && versions !== "Suspended") return "versions kept";
  return eventName;
}

/** Versions that are kept end that they were suspended; all else is a matter of its own. */
const matterIn = (event: Event): string => {
  const state = happened(event);
  return state === "versions kept" ? event.eventName : state;
};

export default stateSignal({
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

  subject(event, { region }) {
    const bucket = event.s3?.bucket?.name ?? event.requestParameters?.bucketName;
    const arn = bucket && arnOf({ service: "s3", resource: bucket }, region);
    return {
      name: bucket ?? "a bucket",
      ignoredBy: [bucket],
      affected: [arn],
      link: bucket && consolePage(region)`s3/buckets/${bucket}?region=${region}`,
      key: `${arn ?? "s3"}/${matterIn(event)}`,
    };
  },

  state: ({ detail: event }) => happened(event),
  states: {
    ...calls,
    "versions kept": {
      over: "quietly",
      title: ({ subject }) => `The versions of ${subject.name} are kept again`,
    },
    replication: {
      severity: "warning",
      endless: true,
      title: ({ subject, detail: event }) =>
        `S3 could not replicate an object of ${subject.name}${prefixed(": ", objectIn(event))}`,
    },
    lost: {
      severity: "critical",
      endless: true,
      title: ({ subject, detail: event }) =>
        `S3 has lost an object of ${subject.name}${prefixed(": ", objectIn(event))}`,
    },
  },

  facts({ detail: event }, { at }) {
    const { eventName, userIdentity, s3, replicationEventData: replication } = event;
    if (Object.hasOwn(calls, eventName))
      return { call: eventName, by: userIdentity?.arn, at: at.toISOString() };
    return {
      object: objectIn(event),
      to: replication?.destinationBucket && lastOf(replication.destinationBucket),
      why: replication?.failureReason,
      rule: replication?.replicationRuleId,
      size: s3?.object?.size === undefined ? undefined : bytesText(s3.object.size),
    };
  },
});
