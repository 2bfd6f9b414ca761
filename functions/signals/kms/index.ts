/**
 * KMS: keys that are to be deleted, are deleted or disabled. What a deleted key has encrypted is
 * lost; until then it can be taken back.
 */
import * as z from "zod/mini";
import { describeKey } from "../../../aws/kms/key.ts";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { lastOf, matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  eventName: text,
  "key-id": text,
  requestParameters: fields({ keyId: text, pendingWindowInDays: number }),
  responseElements: fields({ keyId: text, deletionDate: text }),
  userIdentity: fields({ arn: text, type: text }),
});
type Event = z.output<typeof detail>;

const keyOf = (event: Event, resources: readonly string[]): string | undefined =>
  event["key-id"] ??
  event.requestParameters?.keyId ??
  event.responseElements?.keyId ??
  resources[0];

const calls = ["ScheduleKeyDeletion", "CancelKeyDeletion", "DisableKey", "EnableKey"];

export default signal({
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
  ],
  config: z.strictObject({ ignore: namesInEvent("Keys that are not told, by id.") }),
  detail,

  tell(event, { config, detailType, account, region, resources }) {
    const named = keyOf(event, resources);
    const id = named && lastOf(named);
    if (!id) throw new Error("the event names no key");
    if (matchesName(config.ignore, id)) return undefined;
    const { eventName, requestParameters: asked, responseElements: answered, userIdentity } = event;
    const who = userIdentity?.arn ? lastOf(userIdentity.arn) : (userIdentity?.type ?? "Somebody");
    const arn = `arn:${partitionOf(region)}:kms:${region}:${account}:key/${id}`;
    const shared = {
      affected: [arn],
      facts: {
        by: userIdentity?.arn,
        "deleted on": answered?.deletionDate,
        "waits for": asked?.pendingWindowInDays && `${asked.pendingWindowInDays} days`,
      },
      link: consolePage(region)`kms/home?region=${region}#/kms/keys/${id}`,
    };
    const disabled = `${arn}/disabled`;
    if (detailType.endsWith("Deletion"))
      return message({
        ...shared,
        title: `The key ${id} is deleted: what it encrypted cannot be read any more`,
        severity: "critical",
        key: arn,
      });
    if (eventName === "ScheduleKeyDeletion")
      return message({
        ...shared,
        title: `${who} has scheduled the key ${id} for deletion${answered?.deletionDate ? `, on ${answered.deletionDate}` : ""}`,
        severity: "critical",
        key: arn,
      });
    if (eventName === "DisableKey")
      return message({
        ...shared,
        title: `${who} has disabled the key ${id}`,
        severity: "warning",
        key: disabled,
      });
    if (eventName === "CancelKeyDeletion")
      return message({
        ...shared,
        title: `${who} has cancelled the deletion of the key ${id}, which stays disabled until somebody enables it`,
        severity: "info",
        key: arn,
        closes: true,
      });
    if (eventName === "EnableKey")
      return message({
        ...shared,
        title: `${who} has enabled the key ${id}`,
        severity: "info",
        key: disabled,
        closes: true,
        quiet: true,
      });
    return undefined;
  },

  reads: [describeKey],
  async over(event, { read, resources }) {
    const { KeyMetadata: key } = await read(describeKey({ KeyId: keyOf(event, resources) }));
    if (event.eventName === "EnableKey") return key?.KeyState === "Enabled";
    return (
      key?.KeyState !== undefined &&
      key.KeyState !== "PendingDeletion" &&
      key.KeyState !== "PendingReplicaDeletion"
    );
  },
});
