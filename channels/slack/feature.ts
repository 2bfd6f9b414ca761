import * as z from "zod/mini";
import {
  channelFeature,
  type FeatureFunction,
  type Granting,
  invokedFrom,
} from "../../settings/feature.ts";
import {
  deleting,
  getting,
  mayInvoke,
  partitions,
  putting,
  querying,
  readKillSwitch,
  readSecrets,
} from "../../settings/grants.ts";
import { secretField } from "../../settings/secret-field.ts";
import type { Statement } from "../../settings/statements.ts";
import { type SlackSetting, slackSettingsIn } from "./setting.ts";

declare module "../../settings/sections.ts" {
  interface ChannelKinds {
    readonly slack: SlackSetting;
  }
}

function mayAnswer({ manifest: { settings }, owner }: Granting): readonly Statement[] {
  const secrets = slackSettingsIn(settings.channels).flatMap(({ token, signingSecret }) => [
    token,
    signingSecret,
  ]);
  return [
    partitions("OwnLedger", [deleting, getting, putting], ["slack#*"], settings, owner),
    partitions("ReadPlansAndRuns", [getting], ["unit#*#plan", "unit#*#run#*"], settings, owner),
    ...readSecrets(secrets, settings, owner),
    mayInvoke(["slack-work"], settings, owner),
  ];
}

function mayWork({ manifest, owner, features }: Granting): readonly Statement[] {
  const { settings, units } = manifest;
  const automations = units
    .filter(({ enabled, kind }) => enabled && kind === "automation")
    .map(({ id }) => id);
  const tokens = slackSettingsIn(settings.channels).map(({ token }) => token);
  const own = ["slack#*", "decision#*", "exempt#*"];
  const others = ["incident#*", "undo#*", "unit#*"];
  return [
    partitions("OwnLedger", [getting, putting], own, settings, owner),
    partitions("ReadLedger", [getting, querying], others, settings, owner),
    readKillSwitch(settings, owner),
    ...readSecrets(tokens, settings, owner),
    mayInvoke(
      [...automations, "undo", ...invokedFrom("slack-work", settings, features)],
      settings,
      owner,
    ),
  ];
}

const functions: Readonly<Record<string, FeatureFunction>> = {
  slack: {
    description: "Takes what people press in Slack, once Slack's signature is checked",
    entry: "channels/slack/handlers/slack.ts",
    wanted: ({ channels }) => slackSettingsIn(channels).length > 0,
    memory: 512,
    // As many as people press (rule: slack-endpoint).
    atOnce: 5,
    address: {
      output: "SlackUrl",
      description: "Goes into the Slack app: interactivity and the slash command",
    },
    policy: mayAnswer,
  },
  "slack-work": {
    description: "Carries out what people asked for in Slack",
    entry: "channels/slack/handlers/slack-work.ts",
    wanted: ({ channels }) => slackSettingsIn(channels).length > 0,
    memory: 512,
    policy: mayWork,
  },
};

const id = (pattern: RegExp, like: string) =>
  z.string().check(z.regex(pattern, `must be an id of Slack's, like ${like}`));

export default channelFeature<SlackSetting>(
  {
    kind: "slack",
    schema: z.strictObject({
      kind: z.literal("slack"),
      team: id(/^[TE][A-Z0-9]{2,}$/, "T0123ABCD"),
      app: id(/^A[A-Z0-9]{2,}$/, "A0123ABCD"),
      channel: id(/^[CGD][A-Z0-9]{2,}$/, "C0123ABCD"),
      token: secretField,
      signingSecret: secretField,
    }),
    secrets: ({ token }) => [token],
  },
  { functions },
);
