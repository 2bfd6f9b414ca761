import { ledgerOf } from "../engine/run/host.ts";
import { featuresAtRun } from "../features.run.ts";
import { quietBy } from "../messages/feature-at-run.ts";
import { handToIncidents } from "../messages/incident-orders.ts";
import { expire } from "../messages/outbox.ts";
import { tellingLedger } from "../messages/telling.ts";
import { withholding } from "../messages/withhold.ts";
import { keepsIncidents } from "../settings/settings.ts";
import { serve } from "./app/stack.ts";
import { tellHandler } from "./app/tell.ts";
import { accountOf } from "./app/unit.ts";
import { families, lazyQueuedChannels, topicChannel } from "./on-call.ts";
import { answering, functionParts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = functionParts("tell");
const beside = settingsBeside(import.meta.dirname) as SharedSettings;
const { settings, units } = beside;
const store = ledgerOf(own.clients, settings, own.clock);
const told = tellingLedger(store, own.clock);
const [queues, folders] = [lazyQueuedChannels(own, settings), families(units)];
/** Another function keeps them, with rights of its own. */
const incidents = keepsIncidents(settings)
  ? { take: handToIncidents(answering(own.clients, settings.home, "incidents")) }
  : undefined;
const quiet = quietBy(featuresAtRun, settings);
const familyOf = (unit: string): string | undefined => folders[unit];

export const handler = serve(
  own,
  async (event: Parameters<ReturnType<typeof tellHandler>>[0], context) => {
    const account = accountOf(context);
    return tellHandler({
      ...own,
      told,
      settled: told.settled,
      channels: [topicChannel(own, beside, account), ...(await queues)],
      routes: settings.routes,
      familyOf,
      withhold: withholding({ settings, quiet: await quiet, familyOf, store, clock: own.clock }),
      incidents,
      expire: (key) => expire(store, key, own.clock.now()),
    })(event);
  },
);
