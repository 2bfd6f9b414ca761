import { ledgerOf } from "../engine/run/host.ts";
import { deliverFunction } from "./app/deliver-function.ts";
import { serve } from "./app/stack.ts";
import { accountOf } from "./app/unit.ts";
import { families, textOptions } from "./on-call.ts";
import { functionParts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = functionParts("deliver");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const folders = families(units);
const deliver = deliverFunction({
  ...own,
  settings,
  command: textOptions(settings).command,
  familyOf: (unit) => folders[unit],
  store: ledgerOf(own.clients, settings, own.clock),
});

export const handler = serve(own, async (event: Parameters<typeof deliver>[0], context) =>
  deliver(event, context, accountOf(context)),
);
