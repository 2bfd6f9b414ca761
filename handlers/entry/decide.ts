import { ledgerOf } from "../../core/run/host.ts";
import { decideHandler } from "../decide.ts";
import { serve } from "../stack.ts";
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
