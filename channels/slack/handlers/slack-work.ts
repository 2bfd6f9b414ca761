import { ledgerOf } from "../../../engine/run/host.ts";
import { readSwitch } from "../../../engine/run/switch.ts";
import { featuresAtRun } from "../../../features.run.ts";
import { serve } from "../../../handlers/app/stack.ts";
import {
  answering,
  functionParts,
  invoker,
  orderer,
  type SharedSettings,
  settingsBeside,
} from "../../../handlers/parts.ts";
import { onCallAnswers } from "../../../messages/feature-at-run.ts";
import { outside } from "../../outside.ts";
import { awsVault, secrets } from "../../secrets.ts";
import { apiFor } from "../apps.ts";
import { responder } from "../respond.ts";
import { slackWorkHandler } from "../work.ts";

const own = functionParts("slack-work");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const { home } = settings;
const store = ledgerOf(own.clients, settings, own.clock);
const invoke = invoker(own.clients, home);
const incidents = answering(own.clients, home, "incidents");

export const handler = serve(
  own,
  slackWorkHandler({
    ...own,
    settings,
    units,
    store,
    api: apiFor(settings.channels, secrets(awsVault(own.clients, home), own.clock)),
    respond: responder(outside()),
    invoke: orderer(own.clients, home),
    undo: (request) => invoke("undo", request),
    incident: async (act) => void (await incidents({ kind: "act", ...act })),
    asked: {
      killSwitch: () => readSwitch(own.clients, home),
      onCall: () => onCallAnswers(featuresAtRun, settings, store),
    },
  }),
);
