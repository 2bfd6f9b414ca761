/**
 * Secrets Manager: rotations that fail, secrets that are to be deleted. CloudTrail tells of them;
 * without a trail nobody does. What is over is read of the secret itself.
 */
import * as z from "zod/mini";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, flag, text } from "../../../sdk/signals/lenient.ts";
import { callerOf, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { secretNamed } from "./secret-named.ts";

const names = { SecretId: text, secretId: text, ARN: text, arn: text, name: text };
const named = fields(names);
const detail = z.object({
  eventName: z.string(),
  errorMessage: text,
  userIdentity: fields({ arn: text, type: text, invokedBy: text }),
  additionalEventData: named,
  requestParameters: fields({ ...names, forceDeleteWithoutRecovery: flag }),
  responseElements: named,
});

/** Secrets Manager puts six characters of its own behind the name: `…:secret:db/orders-AbC1d2`. */
const nameOf = (id: string): string =>
  id.includes(":secret:") ? (id.split(":secret:")[1] ?? id).replace(/-[A-Za-z0-9]{6}$/, "") : id;

export default stateSignal({
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

  subject(event, { region }) {
    const id = secretNamed(event);
    if (!id) throw new Error("the event names no secret");
    const name = nameOf(id);
    // By the name: what restores a secret may call it otherwise than what deleted it.
    const key = `secretsmanager/${region}/${name}`;
    return {
      name,
      affected: [id],
      link: consolePage(region)`secretsmanager/secret?name=${name}&region=${region}`,
      key,
      deletion: `${key}/deletion`,
      by: callerOf(event.userIdentity),
    };
  },

  state({ detail: { eventName, requestParameters } }) {
    const atOnce = requestParameters?.forceDeleteWithoutRecovery === true;
    return eventName === "DeleteSecret" && atOnce ? "deleted at once" : eventName;
  },
  states: {
    RotationFailed: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: { errorMessage } }) =>
        `The rotation of ${subject.name} has failed${prefixed(": ", errorMessage)}`,
    },
    RotationAbandoned: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: { errorMessage } }) =>
        `The rotation of ${subject.name} was abandoned${prefixed(": ", errorMessage)}`,
    },
    RotationSucceeded: {
      over: "quietly",
      title: ({ subject }) => `${subject.name} is rotated`,
    },
    DeleteSecret: {
      severity: "warning",
      key: ({ subject }) => subject.deletion,
      title: ({ subject }) => `${subject.by} has scheduled the secret ${subject.name} for deletion`,
    },
    "deleted at once": {
      severity: "critical",
      key: ({ subject }) => subject.deletion,
      title: ({ subject }) =>
        `${subject.by} has deleted the secret ${subject.name} at once: it cannot be restored`,
    },
    RestoreSecret: {
      over: "told",
      key: ({ subject }) => subject.deletion,
      title: ({ subject }) => `${subject.by} has restored the secret ${subject.name}`,
    },
  },

  facts: ({ detail: { eventName, userIdentity, errorMessage } }) => ({
    event: eventName,
    by: userIdentity?.arn ?? userIdentity?.invokedBy,
    why: errorMessage,
  }),

  confirmation: () => import("./confirmation.ts"),
});
