/** Channels as the rest of Nightshift sees them: their settings, their queues and functions. */
import * as z from "zod/mini";
import { days, minutes } from "../sdk/time.ts";
import { arnsOf } from "../settings/arns.ts";
import {
  type FeatureFunction,
  feature,
  type Granting,
  type Policy,
  type Section,
} from "../settings/feature.ts";
import { settingsKey } from "../settings/fields.ts";
import {
  deleting,
  getting,
  letExpire,
  partitions,
  putting,
  querying,
  toTopic,
} from "../settings/grants.ts";
import { namesOf } from "../settings/names.ts";
import { builtIn } from "../settings/route.ts";
import { keepsIncidents } from "../settings/settings.ts";
import type { Statement } from "../settings/statements.ts";
import type { ChannelFunction } from "./declaration.ts";
import { channelDeclarations, channelSchemas } from "./declarations.ts";
import { type ChannelSetting, maySend, problemsOfChannel } from "./declared.ts";

declare module "../settings/sections.ts" {
  interface Sections {
    /** Ways to reach people, beside the topic, by the name that routes call them by. */
    readonly channels?: Readonly<Record<string, ChannelSetting>>;
  }
  interface ParsedSections {
    readonly channels: Readonly<Record<string, ChannelSetting>>;
  }
}

const channelKey = settingsKey.check(
  z.refine(
    (key) => !(builtIn as readonly string[]).includes(key),
    "is the name of what is there by itself: give the channel another",
  ),
);

const section: Section = {
  fields: () => ({
    channels: z._default(z.record(channelKey, z.discriminatedUnion("kind", channelSchemas)), {}),
  }),
  *problems({ channels, people }, { called }) {
    for (const [key, setting] of Object.entries(channels))
      for (const [field, remedy] of problemsOfChannel(setting, { called, people }))
        yield `channels.${key}.${field}: ${remedy}`;
  },
};

const allChannels = ({ manifest: { settings } }: Granting): string[] =>
  Object.keys(settings.channels);

/** The channels that stand in for another one. */
const fallbacks = (granting: Granting): string[] => {
  const named = granting.manifest.settings.routes.map(({ fallback }) => fallback);
  return allChannels(granting).filter((channel) => named.includes(channel));
};

const queueArns = (
  channels: readonly string[],
  { manifest: { settings }, owner }: Granting,
): string[] => channels.map(arnsOf(settings, owner).channelQueue);

/** To put a message on the queues of these channels. Nothing where there are none. */
const postLetters = (channels: readonly string[], granting: Granting): Statement[] =>
  onQueues("PostLetters", ["sqs:SendMessage"], queueArns(channels, granting));

/** To find the queues of all channels by their names. */
const findQueues = (granting: Granting): Statement[] =>
  onQueues("FindQueues", ["sqs:GetQueueUrl"], queueArns(allChannels(granting), granting));

const onQueues = (
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
): Statement[] => (Resource.length ? [{ Sid, Effect: "Allow", Action, Resource }] : []);

function mayDeliver(granting: Granting): readonly Statement[] {
  const { manifest, owner } = granting;
  const { settings } = manifest;
  return [
    partitions(
      { sid: "OwnLedger", actions: [deleting, getting, querying], keys: ["told#*"] },
      settings,
      owner,
    ),
    // In one statement: one transaction writes that a channel fails, and that it is to be told.
    partitions(
      { sid: "WriteLedger", actions: [putting], keys: ["told#*", "deliver#outbox"] },
      settings,
      owner,
    ),
    partitions({ sid: "ReadOutboxes", actions: [getting], keys: ["*#outbox"] }, settings, owner),
    ...(keepsIncidents(settings)
      ? [
          partitions(
            { sid: "ReadIncidents", actions: [getting], keys: ["incident#inc.*"] },
            settings,
            owner,
          ),
        ]
      : []),
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
      Resource: queueArns(allChannels(granting), granting),
    },
    ...findQueues(granting),
    ...postLetters(fallbacks(granting), granting),
    ...maySend(settings, owner),
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
  queues: (settings) =>
    Object.keys(settings.channels).map((channel) => ({
      id: `Channel-${channel}`,
      name: namesOf(settings).channelQueue(channel),
      lateAlarm: namesOf(settings).channelAlarm(channel),
      retention: days(4),
      // Far more than trying is useful, for SQS counts each look as one.
      mostReceives: 100,
      batchSize: 10,
      atOnce: 2,
    })),
};

/** Who gives orders that a function finds in the ledger, where there is a channel of that kind. */
function readOrders(name: string): Policy {
  const kinds = channelDeclarations.filter(({ functions = [] }) =>
    functions.some(({ givesOrdersTo = [] }) => givesOrdersTo.includes(name)),
  );
  return ({ manifest: { settings }, owner }) => {
    const there = new Set(Object.values(settings.channels).map(({ kind }) => kind));
    const keys = kinds.filter(({ kind }) => there.has(kind)).map(({ kind }) => `${kind}#order#*`);
    if (!keys.length) return [];
    return [partitions({ sid: "ReadOrders", actions: [getting], keys }, settings, owner)];
  };
}

const takingOrders = new Set(
  channelDeclarations.flatMap(({ functions = [] }) =>
    functions.flatMap(({ givesOrdersTo = [] }) => givesOrdersTo),
  ),
);

/** A kind's own function is there where a channel of that kind is. */
const functionOf = (
  kind: string,
  { name, entry, givesOrdersTo: _, ...declared }: ChannelFunction,
): [name: string, FeatureFunction] => [
  name,
  {
    ...declared,
    entry: `channels/${kind}/${entry}`,
    wanted: ({ channels }) => Object.values(channels).some((channel) => channel.kind === kind),
  },
];

const ofKinds = channelDeclarations.flatMap(({ kind, functions = [] }) =>
  functions.map((declared) => functionOf(kind, declared)),
);

export default feature({
  id: "channels",
  section,
  functions: { deliver, ...Object.fromEntries(ofKinds) },
  grants: {
    tell: (granting) => [...findQueues(granting), ...postLetters(allChannels(granting), granting)],
    ...Object.fromEntries([...takingOrders].map((name) => [name, readOrders(name)])),
  },
});
