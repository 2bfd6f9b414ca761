import * as z from "zod/mini";
import { minutes } from "../../sdk/time.ts";
import { type Granting, invokedFrom } from "../../settings/feature.ts";
import {
  getting,
  mayInvoke,
  partitions,
  putting,
  querying,
  readKillSwitch,
  readSecrets,
} from "../../settings/grants.ts";
import { secretField } from "../../settings/secret-field.ts";
import type { SecretRef } from "../../settings/secret-ref.ts";
import type { Statement } from "../../settings/statements.ts";
import { type AnyChannelSetting, type ChannelFunction, declareChannel } from "../declaration.ts";

/** A Slack app with a bot token: buttons, threads, charts. */
export interface SlackSetting {
  readonly kind: "slack";
  /** `T…`, `A…`, `C…`. */
  readonly team: string;
  readonly app: string;
  readonly channel: string;
  readonly token: SecretRef;
  readonly signingSecret: SecretRef;
}

const isSlack = (setting: AnyChannelSetting): setting is SlackSetting => setting.kind === "slack";

/** The channels of this kind among all that the settings have. */
export const slackSettingsIn = (
  channels: Readonly<Record<string, AnyChannelSetting>>,
): SlackSetting[] => Object.values(channels).filter(isSlack);

/** To check what Slack signs, and to speak as the app. */
const secretsIn = ({ settings }: Granting["manifest"]): SecretRef[] =>
  slackSettingsIn(settings.channels).flatMap(({ token, signingSecret }) => [token, signingSecret]);

function mayAnswer({ manifest, owner }: Granting): readonly Statement[] {
  const { settings } = manifest;
  // What was carried out, and what is handed on, is not the endpoint's to write.
  const own = ["slack#form#*", "slack#refused", "slack#seen#*"];
  return [
    partitions({ sid: "OwnLedger", actions: [putting], keys: own }, settings, owner),
    partitions({ sid: "OwnForms", actions: [getting], keys: ["slack#form#*"] }, settings, owner),
    partitions(
      { sid: "ReadPlansAndRuns", actions: [getting], keys: ["unit#*#plan", "unit#*#run#*"] },
      settings,
      owner,
    ),
    ...readSecrets(secretsIn(manifest), settings, owner),
    mayInvoke(["slack-work"], settings, owner),
  ];
}

function mayWork({ manifest, owner, features }: Granting): readonly Statement[] {
  const { settings, units } = manifest;
  const automations = units
    .filter(({ enabled, kind }) => enabled && kind === "automation")
    .map(({ id }) => id);
  const own = ["slack#*", "decision#*", "exempt#*"];
  const others = ["incident#*", "unit#*"];
  const stories = [...others, "undo#*"];
  return [
    partitions({ sid: "OwnLedger", actions: [getting, putting], keys: own }, settings, owner),
    partitions({ sid: "ReadLedger", actions: [getting], keys: others }, settings, owner),
    partitions({ sid: "ReadStories", actions: [querying], keys: stories }, settings, owner),
    readKillSwitch(settings, owner),
    ...readSecrets(secretsIn(manifest), settings, owner),
    mayInvoke(
      [...automations, "undo", ...invokedFrom("slack-work", settings, features)],
      settings,
      owner,
    ),
  ];
}

const functions: readonly ChannelFunction[] = [
  {
    name: "slack",
    description: "Takes what people press in Slack, once Slack's signature is checked",
    entry: "handlers/slack.ts",
    memory: 512,
    // As many as people press (rule: slack-endpoint).
    atOnce: 5,
    address: {
      output: "SlackUrl",
      description: "Goes into the Slack app: interactivity and the slash command",
    },
    policy: mayAnswer,
  },
  {
    name: "slack-work",
    description: "Carries out what people asked for in Slack",
    entry: "handlers/slack-work.ts",
    memory: 512,
    // Below the five minutes that a signature is good for, with a minute to carry it out.
    waits: minutes(4),
    givesOrdersTo: ["undo", "incidents"],
    policy: mayWork,
  },
];

const id = (pattern: RegExp, like: string) =>
  z.string().check(z.regex(pattern, `must be an id of Slack's, like ${like}`));

/** What Slack sends names the workspace: by an organisation's id nobody would ever be believed. */
const team = z.string().check(
  z.refine(
    (value) => !/^E[A-Z0-9]{2,}$/.test(value),
    "is the id of an Enterprise organisation: name the workspace that the channel is in, like T0123ABCD; its address in a browser, app.slack.com/client/T…, has it",
  ),
  z.regex(/^(?:T|E)[A-Z0-9]{2,}$/, "must be the id of a workspace of Slack's, like T0123ABCD"),
);

export default declareChannel<SlackSetting>({
  kind: "slack",
  schema: z.strictObject({
    kind: z.literal("slack"),
    team,
    app: id(/^A[A-Z0-9]{2,}$/, "A0123ABCD"),
    channel: id(/^[CGD][A-Z0-9]{2,}$/, "C0123ABCD"),
    token: secretField,
    signingSecret: secretField,
  }),
  secrets: ({ token }) => [token],
  functions,
});
