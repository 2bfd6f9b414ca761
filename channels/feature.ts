/** What all channels share: the function that delivers, and a queue for each. */
import { days, minutes } from "../sdk/time.ts";
import { type FeatureFunction, feature, type Granting } from "../settings/feature.ts";
import {
  deleting,
  getting,
  letExpire,
  partitions,
  putting,
  querying,
  readSecrets,
  toTopic,
} from "../settings/grants.ts";
import { names } from "../settings/names.ts";
import type { Statement } from "../settings/statements.ts";

const queueArns = ({ manifest: { settings }, owner: { partition, account } }: Granting): string[] =>
  Object.keys(settings.channels).map(
    (name) => `arn:${partition}:sqs:${settings.home}:${account}:${names.channelQueue(name)}`,
  );

/** To put a message on the queues of channels. Nothing where there are none. */
function postLetters(granting: Granting): Statement[] {
  const queues = queueArns(granting);
  if (!queues.length) return [];
  return [
    {
      Sid: "PostLetters",
      Effect: "Allow",
      Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
      Resource: queues,
    },
  ];
}

/** Where the secrets lie of all channels that the settings name. */
const secretsOf = ({ manifest: { settings }, features }: Granting) =>
  Object.values(settings.channels).flatMap(
    (setting) =>
      features.find(({ channel }) => channel?.kind === setting.kind)?.channel?.secrets(setting) ??
      [],
  );

function mayDeliver(granting: Granting): readonly Statement[] {
  const { manifest, owner } = granting;
  const { settings } = manifest;
  return [
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
      Resource: queueArns(granting),
    },
    ...postLetters(granting),
    ...readSecrets(secretsOf(granting), settings, owner),
    ...toTopic(settings, owner),
  ];
}

const deliver: FeatureFunction = {
  description: "Tells what waits in the channels' queues",
  entry: "handlers/deliver.ts",
  wanted: ({ channels }) => Object.keys(channels).length > 0,
  policy: mayDeliver,
  timeout: minutes(1),
  // One queue a channel: one that is slow or down does not hold up the others (rule:
  // told-at-least-once).
  queues: ({ channels }) =>
    Object.keys(channels).map((channel) => ({
      id: `Channel-${channel}`,
      name: names.channelQueue(channel),
      retention: days(4),
      // Far more than trying is useful, for SQS counts each look as one.
      mostReceives: 100,
      batchSize: 10,
      atOnce: 2,
    })),
};

export default feature({
  id: "channels",
  functions: { deliver },
  grants: { tell: postLetters },
});
