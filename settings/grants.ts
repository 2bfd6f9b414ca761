/** Statements that several of our own functions share. */

import { names } from "./names.ts";
import { type SecretPlace, type SecretRef, secretPlace } from "./secret-ref.ts";
import type { ParsedSettings } from "./settings.ts";
import type { Owner, Statement } from "./statements.ts";

/** As the ledger's `Store` calls them; never Scan or PartiQL. */
export const [deleting, getting, putting, querying, updating] = [
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
] as const;

/**
 * Some partitions of the ledger (rule: ledger-no-deputy). `ForAllValues` is true when the key is
 * absent, hence `Null`.
 */
export const partitions = (
  sid: string,
  actions: readonly string[],
  keys: readonly string[],
  { home }: ParsedSettings,
  { partition, account }: Owner,
): Statement => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: [`arn:${partition}:dynamodb:${home}:${account}:table/${names.table}`],
  Condition: {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys },
    Null: { "dynamodb:LeadingKeys": "false" },
  },
});

/** Of whoever makes changes: the others have nothing that it could stop. */
export const readKillSwitch = (
  { home }: ParsedSettings,
  { partition, account }: Owner,
): Statement => ({
  Sid: "ReadKillSwitch",
  Effect: "Allow",
  Action: ["ssm:GetParameter"],
  Resource: [`arn:${partition}:ssm:${home}:${account}:parameter${names.killSwitch}`],
});

export const functions = (
  ids: readonly string[],
  { home }: ParsedSettings,
  { partition, account }: Owner,
): string[] =>
  ids.map((id) => `arn:${partition}:lambda:${home}:${account}:function:${names.function(id)}`);

/** A told message may be given its TTL, and nothing else of it changed. */
export const letExpire = ({ home }: ParsedSettings, { partition, account }: Owner): Statement => ({
  Sid: "LetExpire",
  Effect: "Allow",
  Action: [updating],
  Resource: [`arn:${partition}:dynamodb:${home}:${account}:table/${names.table}`],
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
export const toTopic = (
  { home }: Pick<ParsedSettings, "home">,
  { partition, account }: Owner,
): Statement[] => [
  {
    Sid: "Tell",
    Effect: "Allow",
    Action: ["sns:Publish"],
    Resource: [`arn:${partition}:sns:${home}:${account}:${names.topic}`],
  },
  {
    Sid: "Encrypt",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: [`arn:${partition}:kms:${home}:${account}:key/*`],
    Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": names.key } },
  },
];
