import { ledgerOf } from "../../../engine/run/host.ts";
import { serve } from "../../../handlers/app/stack.ts";
import {
  functionParts,
  invoker,
  type SharedSettings,
  settingsBeside,
} from "../../../handlers/parts.ts";
import { seconds } from "../../../sdk/time.ts";
import { outside } from "../../outside.ts";
import { awsVault, secrets } from "../../secrets.ts";
import { slackApps } from "../apps.ts";
import { slackHandler } from "../endpoint.ts";
import { responder } from "../respond.ts";

/** Slack waits three seconds for the whole answer. */
const soon = seconds(2);

const own = functionParts("slack");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const invoke = invoker(own.clients, settings);

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
