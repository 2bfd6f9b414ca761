import { ledgerOf } from "../../core/run/host.ts";
import { readSwitch } from "../../core/run/switch.ts";
import { outside } from "../../tell/outside.ts";
import { awsVault, secrets } from "../../tell/secrets.ts";
import { responder } from "../../tell/slack/respond.ts";
import { apiFor } from "../slack-apps.ts";
import { slackWorkHandler } from "../slack-work.ts";
import { serve } from "../stack.ts";
import {
  answering,
  invoker,
  orderer,
  parts,
  type SharedSettings,
  settingsBeside,
} from "./parts.ts";

const own = parts("slack-work");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const { home } = settings;
const invoke = invoker(own.clients, home);
const incidents = answering(own.clients, home, "incidents");

export const handler = serve(
  own,
  slackWorkHandler({
    ...own,
    settings,
    units,
    store: ledgerOf(own.clients, settings, own.clock),
    api: apiFor(settings.channels, secrets(awsVault(own.clients, home), own.clock)),
    respond: responder(outside()),
    invoke: orderer(own.clients, home),
    undo: (request) => invoke("undo", request),
    incident: async (act) => void (await incidents({ kind: "act", ...act })),
    asked: { killSwitch: () => readSwitch(own.clients, home) },
  }),
);
