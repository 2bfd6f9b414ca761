import { ledgerOf } from "../../core/run/host.ts";
import { seconds } from "../../core/time.ts";
import { outside } from "../../tell/outside.ts";
import { awsVault, secrets } from "../../tell/secrets.ts";
import { responder } from "../../tell/slack/respond.ts";
import { slackHandler } from "../slack.ts";
import { slackApps } from "../slack-apps.ts";
import { serve } from "../stack.ts";
import { invoker, parts, type SharedSettings, settingsBeside } from "./parts.ts";

/** Slack waits three seconds for the whole answer. */
const soon = seconds(2);

const own = parts("slack");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const invoke = invoker(own.clients, settings.home);

export const handler = serve(
  own,
  slackHandler({
    ...own,
    apps: slackApps(settings.channels, secrets(awsVault(own.clients, settings.home), own.clock), {
      timeoutMs: soon.seconds * 1000,
    }),
    settings,
    units,
    store: ledgerOf(own.clients, settings, own.clock),
    work: (order) => invoke("slack-work", order),
    respond: responder(outside({ timeout: soon })),
  }),
);
