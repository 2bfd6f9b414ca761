import type { SQSEvent } from "aws-lambda";
import { ledgerOf } from "../../core/run/host.ts";
import { channelsOf } from "../../tell/channels.ts";
import { outside } from "../../tell/outside.ts";
import { readLetter } from "../../tell/queue.ts";
import { fallbackOf } from "../../tell/routes.ts";
import { awsVault, secrets } from "../../tell/secrets.ts";
import { telling } from "../../tell/telling.ts";
import { deliverHandler } from "../deliver.ts";
import { serve } from "../stack.ts";
import { accountOf } from "../unit.ts";
import { families, queuesOf, textOptions, topicOf } from "./on-call.ts";
import { parts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = parts("deliver");
const beside = settingsBeside(import.meta.dirname) as SharedSettings;
const { settings, units } = beside;
const { home, people } = settings;
const store = ledgerOf(own.clients, settings, own.clock);
const queues = queuesOf(own, home);
const folders = families(units);
const fallback = fallbackOf(settings.routes, (unit) => folders[unit]);
const channels = channelsOf(settings.channels, {
  ...own,
  secrets: secrets(awsVault(own.clients, home), own.clock),
  outside: outside(),
  text: textOptions(settings),
  people,
  store,
  home,
});

export const handler = serve(own, async (event: SQSEvent, context) =>
  deliverHandler({
    ...own,
    channels: await channels,
    topic: topicOf(own, beside, accountOf(context)),
    fallback,
    telling: telling(store, own.clock),
    post: async (letter) => (await queues).post(letter),
    later: async (record, span) => (await queues).later(readLetter(record.body).channel, record.receiptHandle, span),
    account: accountOf(context),
    home,
  })(event, context),
);
