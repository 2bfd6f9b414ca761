import { serialise } from "../../core/codec.ts";
import { ledgerOf } from "../../core/run/host.ts";
import { serve } from "../stack.ts";
import { watchdogHandler } from "../watchdog.ts";
import { invoker, orderer, parts, type SharedSettings, settingsBeside } from "./parts.ts";

const own = parts("watchdog");
const { settings, units } = settingsBeside(import.meta.dirname) as SharedSettings;
const invoke = invoker(own.clients, settings.home);

export const handler = serve(
  own,
  watchdogHandler({
    ...own,
    units: Object.keys(units),
    store: ledgerOf(own.clients, settings, own.clock),
    invoke: orderer(own.clients, settings.home),
    // As the table's stream would hand them over.
    tell: (messages) =>
      invoke("tell", {
        Records: messages.map(({ pk, sk, message }) => ({
          eventName: "INSERT",
          dynamodb: { SequenceNumber: message.id, NewImage: { pk: { S: pk }, sk: { S: sk }, type: { S: "message" }, body: { S: serialise(message) } } },
        })),
      }),
  }),
);
