import { SNSClient } from "@aws-sdk/client-sns";
import { partitionOf } from "../../core/arn.ts";
import { alreadyTold, expire, markTold } from "../../core/ledger/outbox.ts";
import { names } from "../../core/names.ts";
import { ledgerOf } from "../../core/run/host.ts";
import { sns } from "../../tell/sns.ts";
import { withholding } from "../../tell/withhold.ts";
import { serve } from "../stack.ts";
import { tellHandler } from "../tell.ts";
import { accountOf } from "../unit.ts";
import { parts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = parts("tell");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const store = ledgerOf(own.clients, settings, own.clock);
const told = {
  already: (message: string, channel: string) => alreadyTold(store, message, channel),
  mark: async (message: string, channel: string) => void (await markTold(store, message, channel, own.clock.now())),
};
const familyOf = (unit: string) => units[unit]?.family;
const withhold = withholding({ settings, familyOf, store, clock: own.clock });

export const handler = serve(own, async (event: Parameters<ReturnType<typeof tellHandler>>[0], context) => {
  const topic = `arn:${partitionOf(settings.home)}:sns:${settings.home}:${accountOf(context)}:${names.topic}`;
  const channel = sns(own.clients.get(SNSClient, settings.home) as SNSClient, topic, { timeZone: settings.timeZone });
  const { routes } = settings;
  return tellHandler({ ...own, told, channels: [channel], routes, familyOf, withhold, expire: (key) => expire(store, key, own.clock.now()) })(event);
});
