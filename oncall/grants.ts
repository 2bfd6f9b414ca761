/** What the functions of on-call may do. */

import type { ChannelFunction } from "../channels/declaration.ts";
import { channelDeclarations } from "../channels/declarations.ts";
import { maySend } from "../channels/declared.ts";
import {
  deleting,
  getting,
  letExpire,
  partitions,
  putting,
  querying,
  toTopic,
} from "../settings/grants.ts";
import type { Manifest } from "../settings/manifest.ts";
import { names, type Optional } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Owner, Statement } from "../settings/statements.ts";

const queues = (
  { channels, home }: Pick<ParsedSettings, "channels" | "home">,
  { partition, account }: Owner,
): string[] =>
  Object.keys(channels).map(
    (name) => `arn:${partition}:sqs:${home}:${account}:${names.channelQueue(name)}`,
  );

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

type Policy = (manifest: Manifest, owner: Owner) => readonly Statement[];

const own: { readonly [K in "incidents" | "deliver"]: Policy } = {
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
      Resource: [
        `arn:${owner.partition}:scheduler:${settings.home}:${owner.account}:schedule/${names.scheduleGroup}/grp.*`,
      ],
    },
    {
      Sid: "LetTimersWake",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [`arn:${owner.partition}:iam::${owner.account}:role/${names.timerRole}`],
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
    ...maySend(settings, owner),
    ...toTopic(settings, owner),
  ],
};

const channelFunctions: readonly ChannelFunction[] = channelDeclarations.flatMap(
  ({ functions = [] }) => functions,
);
const ofChannel =
  (name: string): Policy =>
  (manifest, owner) =>
    channelFunctions.find((declared) => declared.name === name)?.policy(manifest, owner) ?? [];

/** By the name of the function. */
export const onCallPolicies: { readonly [K in Optional]: Policy } = {
  ...own,
  slack: ofChannel("slack"),
  "slack-work": ofChannel("slack-work"),
};
