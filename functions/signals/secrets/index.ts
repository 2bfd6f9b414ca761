/**
 * Secrets Manager: rotations that fail, secrets that are to be deleted. CloudTrail tells of them;
 * without a trail nobody does.
 */
import * as z from "zod/mini";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { lastOf, matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const named = fields({ SecretId: text, secretId: text, ARN: text, arn: text, name: text });
const detail = z.object({
  eventName: z.string(),
  errorMessage: text,
  userIdentity: fields({ arn: text, type: text, invokedBy: text }),
  additionalEventData: named,
  requestParameters: named,
  responseElements: named,
});

/** Secrets Manager puts six characters of its own behind the name: `…:secret:db/orders-AbC1d2`. */
const nameOf = (id: string): string =>
  id.includes(":secret:") ? (id.split(":secret:")[1] ?? id).replace(/-[A-Za-z0-9]{6}$/, "") : id;

export default signal({
  id: "secrets",
  family: "signals",
  summary: "Tells of secrets whose rotation fails, and of secrets that are to be deleted",
  on: [
    {
      source: "aws.secretsmanager",
      detailType: "AWS Service Event via CloudTrail",
      where: { eventName: ["RotationFailed", "RotationAbandoned", "RotationSucceeded"] },
    },
    {
      source: "aws.secretsmanager",
      detailType: "AWS API Call via CloudTrail",
      where: { eventName: ["DeleteSecret", "RestoreSecret"], errorCode: [{ exists: false }] },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent(
      "Secrets, by name, whose failed rotation is critical; `prod/*` names all that begin so.",
    ),
    ignore: namesInEvent("Secrets, by name, that are not told."),
  }),
  detail,

  tell({ eventName, errorMessage, userIdentity, ...event }, { config, region }) {
    const all = [event.additionalEventData, event.responseElements, event.requestParameters];
    const id = all.flatMap(
      (one) => one?.ARN ?? one?.arn ?? one?.SecretId ?? one?.secretId ?? [],
    )[0];
    if (!id) throw new Error("the event names no secret");
    const name = nameOf(id);
    if (matchesName(config.ignore, name)) return undefined;
    const who = userIdentity?.arn ? lastOf(userIdentity.arn) : (userIdentity?.type ?? "Somebody");
    const shared = {
      affected: [id],
      facts: {
        event: eventName,
        by: userIdentity?.arn ?? userIdentity?.invokedBy,
        why: errorMessage,
      },
      link: consolePage(region)`secretsmanager/secret?name=${name}&region=${region}`,
      // By the name: what restores a secret may call it otherwise than what deleted it.
      key: `secretsmanager/${region}/${name}`,
    };
    if (eventName === "RotationFailed" || eventName === "RotationAbandoned")
      return message({
        ...shared,
        title: `The rotation of ${name} ${eventName === "RotationFailed" ? "has failed" : "was abandoned"}${errorMessage ? `: ${errorMessage}` : ""}`,
        severity: matchesName(config.critical, name) ? "critical" : "warning",
      });
    if (eventName === "RotationSucceeded")
      return message({
        ...shared,
        title: `${name} is rotated`,
        severity: "info",
        closes: true,
        quiet: true,
      });
    if (eventName === "DeleteSecret")
      return message({
        ...shared,
        title: `${who} has scheduled the secret ${name} for deletion`,
        severity: "warning",
        key: `${shared.key}/deletion`,
      });
    if (eventName === "RestoreSecret")
      return message({
        ...shared,
        title: `${who} has restored the secret ${name}`,
        severity: "info",
        key: `${shared.key}/deletion`,
        closes: true,
      });
    return undefined;
  },
});
