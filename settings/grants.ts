/** Statements that several of our own functions share. */

import { arnOf } from "../sdk/arn.ts";
import { arnsOf, type Deployed } from "./arns.ts";
import type { Deployment } from "./deployment.ts";
import { namesOf } from "./names.ts";
import { type SecretPlace, type SecretRef, secretPlace } from "./secret-ref.ts";
import type { ParsedSettings } from "./settings.ts";
import type { Owner, Statement } from "./statements.ts";

/** As the ledger's `Store` calls them; never Scan or PartiQL. */
export const [deleting, getting, gettingAll, putting, querying, updating] = [
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:BatchGetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
] as const;

/** Who may do what with which partitions. */
export interface PartitionGrant {
  readonly sid: string;
  readonly actions: readonly string[];
  /** The beginnings of their keys, as IAM writes patterns. */
  readonly keys: readonly string[];
}

/**
 * Some partitions of the ledger (rule: ledger-no-deputy). `ForAllValues` is true when the key is
 * absent, hence `Null`.
 */
export const partitions = (
  { sid, actions, keys }: PartitionGrant,
  settings: ParsedSettings,
  owner: Owner,
): Statement => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: [arnsOf(settings, owner).table],
  Condition: {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys },
    Null: { "dynamodb:LeadingKeys": "false" },
  },
});

/** Of whoever makes changes: the others have nothing that it could stop. */
export const readKillSwitch = (settings: ParsedSettings, owner: Owner): Statement => ({
  Sid: "ReadKillSwitch",
  Effect: "Allow",
  Action: ["ssm:GetParameter"],
  Resource: [arnsOf(settings, owner).killSwitch],
});

export const functions = (
  ids: readonly string[],
  settings: ParsedSettings,
  owner: Owner,
): string[] => ids.map(arnsOf(settings, owner).function);

/** A told message may be given its TTL, and nothing else of it changed. */
export const letExpire = (settings: ParsedSettings, owner: Owner): Statement => ({
  Sid: "LetExpire",
  Effect: "Allow",
  Action: [updating],
  Resource: [arnsOf(settings, owner).table],
  Condition: {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["*#outbox"] },
    "ForAllValues:StringEquals": { "dynamodb:Attributes": ["pk", "sk", "ttl"] },
    StringEqualsIfExists: { "dynamodb:ReturnValues": ["NONE", "UPDATED_NEW", "UPDATED_OLD"] },
    Null: { "dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false" },
  },
});

export const mayInvoke = (
  ids: readonly string[],
  settings: ParsedSettings,
  owner: Owner,
): Statement => ({
  Sid: "Invoke",
  Effect: "Allow",
  Action: ["lambda:InvokeFunction"],
  Resource: functions(ids, settings, owner),
});

/** Secrets Manager adds six characters to a name; which, nobody knows before. */
export function readSecrets(
  refs: readonly SecretRef[],
  { home }: Pick<ParsedSettings, "home">,
  { partition, account }: Owner,
): Statement[] {
  const places = refs.map(secretPlace);
  const namesIn = (service: SecretPlace["service"]): string[] => [
    ...new Set(places.filter((place) => place.service === service).map(({ name }) => name)),
  ];
  const secrets: Statement = {
    Sid: "ReadSecrets",
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: namesIn("secretsmanager").map(
      (name) => `arn:${partition}:secretsmanager:${home}:${account}:secret:${name}-??????`,
    ),
  };
  const parameters: Statement = {
    Sid: "ReadParameters",
    Effect: "Allow",
    Action: ["ssm:GetParameter"],
    Resource: namesIn("ssm").map(
      (name) => `arn:${partition}:ssm:${home}:${account}:parameter${name}`,
    ),
  };
  return [secrets, parameters].filter(({ Resource }) => Resource.length > 0);
}

/** To say something through the topic, whose key lets nobody read what others said. */
export const toTopic = (settings: Deployed & Keyed, owner: Owner): Statement[] => [
  {
    Sid: "Tell",
    Effect: "Allow",
    Action: ["sns:Publish"],
    Resource: [arnsOf(settings, owner).topic],
  },
  encryptFor(settings, owner),
];

/** What SNS tells KMS of a message: the topic that it goes through. */
export const topicInContext = "kms:EncryptionContext:aws:sns:topicArn";

/** Our topic's messages, with the key of the settings or the one that goes by our alias. */
function encryptFor(settings: Deployed & Keyed, owner: Owner): Statement {
  const { home } = settings;
  const key = settings.deployment.kmsKeys[home];
  const ofTopic = { StringEquals: { [topicInContext]: arnsOf(settings, owner).topic } };
  const statement = {
    Sid: "Encrypt",
    Effect: "Allow" as const,
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  };
  if (key !== undefined) return { ...statement, Resource: [key], Condition: ofTopic };
  return {
    ...statement,
    Resource: [arnOf({ ...owner, service: "kms", region: home, resource: "key/*" })],
    Condition: {
      ...ofTopic,
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": namesOf(settings).key },
    },
  };
}

interface Keyed {
  readonly deployment: Pick<Deployment, "kmsKeys">;
}

/**
 * To use the settings' own key, through ledger and queues alone; nothing where they name none. What
 * DynamoDB asks of its callers is in its guide, "Using AWS managed and customer managed keys".
 */
export function useKey({ home, deployment }: Deployed & Keyed): Statement[] {
  const key = deployment.kmsKeys[home];
  if (key === undefined) return [];
  return [
    {
      Sid: "UseKey",
      Effect: "Allow",
      Action: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ],
      Resource: [key],
      Condition: {
        StringEquals: {
          "kms:ViaService": ["dynamodb", "sqs"].map(
            (service) => `${service}.${home}.amazonaws.com`,
          ),
        },
      },
    },
  ];
}
