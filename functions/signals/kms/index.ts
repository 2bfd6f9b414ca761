/**
 * KMS: keys that are to be deleted, are deleted or disabled, or whose imported material has expired. What a deleted key has encrypted is
 * lost; until then it can be taken back.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { callerOf, lastOf, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { keyNamed } from "./key-named.ts";

const detail = z.object({
  eventName: text,
  "key-id": text,
  requestParameters: fields({ keyId: text, pendingWindowInDays: number }),
  responseElements: fields({ keyId: text, deletionDate: text }),
  userIdentity: fields({ arn: text, type: text }),
});

/** What KMS itself tells, without a call. */
const happened = new Map([
  ["KMS CMK Deletion", "deleted"],
  ["KMS Imported Key Material Expiration", "expired"],
]);

const calls = ["ScheduleKeyDeletion", "CancelKeyDeletion", "DisableKey", "EnableKey"];

export default stateSignal({
  id: "kms",
  family: "signals",
  summary: "Tells of KMS keys that are to be deleted, deleted or disabled",
  on: [
    {
      source: "aws.kms",
      detailType: "AWS API Call via CloudTrail",
      where: { eventName: calls, errorCode: [{ exists: false }] },
    },
    { source: "aws.kms", detailType: "KMS CMK Deletion" },
    { source: "aws.kms", detailType: "KMS Imported Key Material Expiration" },
  ],
  config: z.strictObject({ ignore: namesInEvent("Keys that are not told, by id.") }),
  detail,

  subject(event, { account, region, resources }) {
    const named = keyNamed(event, resources);
    const name = named && lastOf(named);
    if (!name) throw new Error("the event names no key");
    const arn = arnOf({ service: "kms", region, account, resource: `key/${name}` });
    return {
      name,
      affected: [arn],
      link: consolePage(region)`kms/home?region=${region}#/kms/keys/${name}`,
      key: arn,
      disabled: `${arn}/disabled`,
      by: callerOf(event.userIdentity),
    };
  },

  state: ({ detail: { eventName } }, { detailType }) => eventName ?? happened.get(detailType),
  states: {
    expired: {
      severity: "critical",
      // It is whole again when the same material is imported, of which no event tells.
      key: ({ subject }) => `${subject.key}/material`,
      title: ({ subject }) =>
        `The key ${subject.name} has lost its imported material: what it encrypted cannot be read until it is imported again`,
    },
    deleted: {
      severity: "critical",
      title: ({ subject }) =>
        `The key ${subject.name} is deleted: what it encrypted cannot be read any more`,
    },
    ScheduleKeyDeletion: {
      severity: "critical",
      title: ({ subject, detail: { responseElements } }) =>
        `${subject.by} has scheduled the key ${subject.name} for deletion${prefixed(", on ", responseElements?.deletionDate)}`,
    },
    CancelKeyDeletion: {
      over: "told",
      title: ({ subject }) =>
        `${subject.by} has cancelled the deletion of the key ${subject.name}, which stays disabled until somebody enables it`,
    },
    DisableKey: {
      severity: "warning",
      key: ({ subject }) => subject.disabled,
      title: ({ subject }) => `${subject.by} has disabled the key ${subject.name}`,
    },
    EnableKey: {
      over: "quietly",
      key: ({ subject }) => subject.disabled,
      title: ({ subject }) => `${subject.by} has enabled the key ${subject.name}`,
    },
  },

  facts: ({ detail: { userIdentity, responseElements, requestParameters } }) => ({
    by: userIdentity?.arn,
    "deleted on": responseElements?.deletionDate,
    "waits for":
      requestParameters?.pendingWindowInDays && `${requestParameters.pendingWindowInDays} days`,
  }),

  confirmation: () => import("./confirmation.ts"),
});
