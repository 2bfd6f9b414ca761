import { ledgerOf } from "../engine/run/host.ts";
import { decideHandler } from "./app/decide.ts";
import { serve } from "./app/stack.ts";
import { orderer, parts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = parts("decide");
const { settings } = settingsBeside(import.meta.dirname) as SharedSettings;

export const handler = serve(
  own,
  decideHandler({
    ...own,
    settings,
    store: ledgerOf(own.clients, settings, own.clock),
    invoke: orderer(own.clients, settings.home),
  }),
);
