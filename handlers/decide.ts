import { ledgerOf } from "../engine/run/host.ts";
import { decideHandler } from "./app/decide.ts";
import { serve } from "./app/stack.ts";
import { functionParts, orderer, type SharedSettings, settingsBeside } from "./parts.ts";

const own = functionParts("decide");
const { settings } = settingsBeside(import.meta.dirname) as SharedSettings;

export const handler = serve(
  own,
  decideHandler({
    ...own,
    settings,
    store: ledgerOf(own.clients, settings, own.clock),
    invoke: orderer(own.clients, settings),
  }),
);
