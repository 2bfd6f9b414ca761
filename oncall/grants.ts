/** What the functions of on-call may do. */

import {
  deleting,
  getting,
  letExpire,
  mayInvoke,
  partitions,
  putting,
  querying,
  readKillSwitch,
  toTopic,
} from "../settings/grants.ts";
import type { Manifest } from "../settings/manifest.ts";
import { arnsOf } from "../settings/arns.ts";
import type { Optional } from "../settings/names.ts";
import { secretPlace } from "../settings/secret-ref.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Owner, Statement } from "../settings/statements.ts";
import type { ChannelSetting, SecretRef } from "./settings/on-call.ts";

const queues = (settings: ParsedSettings, owner: Owner): string[] =>
  Object.keys(settings.channels).map(arnsOf(settings, owner).channelQueue);

/** To put a message on the queues of channels. Nothing where there are none. */
export function postLetters(settings: ParsedSettings, owner: Owner): Statement[] {
  const Resource = queues(settings, owner);
  return Resource.length
    ? [
        {
          Sid: "PostLetters",
          Effect: "Allow",
          Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
          Resource,
        },
      ]
    : [];
}

const secretsOf = (channel: ChannelSetting): SecretRef[] => {
  switch (channel.kind) {
    case "slack":
      return [channel.token];
    case "slack-webhook":
    case "teams":
      return [channel.url];
    case "pagerduty":
      return [channel.routingKey];
    case "webhook":
      return [channel.url, channel.secret];
    case "email":
      return [];
  }
};

/** Secrets Manager adds six characters to a name; which, nobody knows before. */
function readSecrets(
  refs: readonly SecretRef[],
  { home }: Pick<ParsedSettings, "home">,
  { partition, account }: Owner,
): Statement[] {
  const places = [...new Map(refs.map((ref) => [ref, secretPlace(ref)])).values()];
  const of = (service: "secretsmanager" | "ssm") => [
    ...new Set(places.filter((one) => one.service === service).map(({ name }) => name)),
  ];
  const [secrets, parameters] = [of("secretsmanager"), of("ssm")];
  return [
    ...(secrets.length
      ? [
          {
            Sid: "ReadSecrets",
            Effect: "Allow" as const,
            Action: ["secretsmanager:GetSecretValue"],
            Resource: secrets.map(
              (name) => `arn:${partition}:secretsmanager:${home}:${account}:secret:${name}-??????`,
            ),
          },
        ]
      : []),
    ...(parameters.length
      ? [
          {
            Sid: "ReadParameters",
            Effect: "Allow" as const,
            Action: ["ssm:GetParameter"],
            Resource: parameters.map(
              (name) => `arn:${partition}:ssm:${home}:${account}:parameter${name}`,
            ),
          },
        ]
      : []),
  ];
}

/** Addresses and domains that mail is sent from: SES knows either. */
function sendMail({ channels, home }: ParsedSettings, { partition, account }: Owner): Statement[] {
  const from = Object.values(channels).flatMap((one) =>
    one.kind === "email" ? [one.from.replace(/^.*<|>.*$/g, "")] : [],
  );
  const identities = [
    ...new Set(from.flatMap((address) => [address, address.slice(address.indexOf("@") + 1)])),
  ];
  if (!identities.length) return [];
  return [
    {
      Sid: "SendMail",
      Effect: "Allow",
      Action: ["ses:SendEmail", "ses:SendRawEmail"],
      Resource: identities.map(
        (name) => `arn:${partition}:ses:${home}:${account}:identity/${name}`,
      ),
    },
  ];
}

type Policy = (manifest: Manifest, owner: Owner) => readonly Statement[];

export const onCallPolicies: { readonly [K in Optional]: Policy } = {
  incidents: ({ settings }, owner) => [
    partitions(
      "OwnLedger",
      [deleting, getting, putting, querying],
      ["incident#*"],
      settings,
      owner,
    ),
    {
      Sid: "SetTimers",
      Effect: "Allow",
      Action: ["scheduler:CreateSchedule"],
      Resource: [arnsOf(settings, owner).schedules("grp.")],
    },
    {
      Sid: "LetTimersWake",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [arnsOf(settings, owner).timerRole],
      Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    },
  ],
  deliver: ({ settings }, owner) => [
    partitions("OwnLedger", [deleting, getting, putting, querying], ["told#*"], settings, owner),
    partitions("ReadOutboxes", [getting], ["*#outbox"], settings, owner),
    partitions("OwnOutbox", [putting], ["deliver#outbox"], settings, owner),
    letExpire(settings, owner),
    {
      Sid: "TakeLetters",
      Effect: "Allow",
      Action: [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
      ],
      Resource: queues(settings, owner),
    },
    ...postLetters(settings, owner),
    ...readSecrets(Object.values(settings.channels).flatMap(secretsOf), settings, owner),
    ...sendMail(settings, owner),
    ...toTopic(settings, owner),
  ],
  slack: ({ settings }, owner) => [
    partitions("OwnLedger", [deleting, getting, putting], ["slack#*"], settings, owner),
    partitions("ReadPlansAndRuns", [getting], ["unit#*#plan", "unit#*#run#*"], settings, owner),
    ...readSecrets(
      Object.values(settings.channels).flatMap((one) =>
        one.kind === "slack" ? [one.token, one.signingSecret] : [],
      ),
      settings,
      owner,
    ),
    mayInvoke(["slack-work"], settings, owner),
  ],
  "slack-work": (manifest, owner) => {
    const { settings } = manifest;
    const automations = manifest.units
      .filter(({ enabled, kind }) => enabled && kind === "automation")
      .map(({ id }) => id);
    return [
      partitions(
        "OwnLedger",
        [getting, putting],
        ["slack#*", "decision#*", "exempt#*"],
        settings,
        owner,
      ),
      partitions(
        "ReadLedger",
        [getting, querying],
        ["incident#*", "undo#*", "unit#*"],
        settings,
        owner,
      ),
      readKillSwitch(settings, owner),
      ...readSecrets(
        Object.values(settings.channels).flatMap((one) =>
          one.kind === "slack" ? [one.token] : [],
        ),
        settings,
        owner,
      ),
      mayInvoke(
        [...automations, "undo", ...(settings.onCall ? ["incidents"] : [])],
        settings,
        owner,
      ),
    ];
  },
};
