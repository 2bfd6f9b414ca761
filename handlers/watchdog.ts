import { ledgerOf } from "../engine/run/host.ts";
import { serialise } from "../sdk/codec.ts";
import { names } from "../settings/names.ts";
import { keepsIncidents } from "../settings/settings.ts";
import { serve } from "./app/stack.ts";
import { accountOf } from "./app/unit.ts";
import { checksOf } from "./app/watch/checks.ts";
import { lookingWith } from "./app/watch/deployment.ts";
import { watchdogHandler } from "./app/watchdog.ts";
import {
  answering,
  functionParts,
  invoker,
  orderer,
  type SharedSettings,
  settingsBeside,
} from "./parts.ts";

const own = functionParts("watchdog");
const { settings, units, watched, reporting } = settingsBeside(
  import.meta.dirname,
) as SharedSettings;
const { home, regions } = settings;
const invoke = invoker(own.clients, home);
const store = ledgerOf(own.clients, settings, own.clock);

export const handler = serve(own, async (given: unknown, context) => {
  const account = accountOf(context);
  const functions = [...reporting, ...settings.functions].map(names.function);
  return watchdogHandler({
    ...own,
    units: Object.keys(units),
    reporting,
    store,
    place: { account, home },
    freezes: settings.freezes,
    checks: checksOf(
      { account, home, regions, watched, functions },
      store,
      lookingWith(own.clients),
      own.clock,
    ),
    invoke: orderer(own.clients, home),
    ...(keepsIncidents(settings) && {
      overdue: async () =>
        void (await answering(own.clients, home, "incidents")({ kind: "overdue" })),
    }),
    // As the table's stream would hand them over.
    tell: (messages) =>
      invoke("tell", {
        Records: messages.map(({ pk, sk, message }) => ({
          eventName: "INSERT",
          dynamodb: {
            SequenceNumber: message.id,
            NewImage: {
              pk: { S: pk },
              sk: { S: sk },
              type: { S: "message" },
              body: { S: serialise(message) },
            },
          },
        })),
      }),
  })(given);
});
