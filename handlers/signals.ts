import { ledgerOf } from "../engine/run/host.ts";
import { outboxIn } from "../messages/share.ts";
import type { AnySignal } from "../sdk/signal.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { signalsHandler } from "./app/signals.ts";
import { serve } from "./app/stack.ts";
import { functionParts, settingsBeside } from "./parts.ts";

/** All signals' one function, as Lambda loads it. */
export function serveSignals(signals: readonly AnySignal[], folder: string = import.meta.dirname) {
  const own = functionParts("signals");
  const settings = settingsBeside(folder) as Readonly<Record<string, UnitSettings>>;
  const listening = signals.flatMap((signal) => {
    const part = settings[signal.id];
    return part ? [{ signal, settings: part }] : [];
  });
  const [first] = listening;
  if (!first) throw new Error("no signal is enabled");
  const store = ledgerOf(own.clients, first.settings, own.clock);
  return serve(
    own,
    signalsHandler({ ...own, signals: listening, outbox: outboxIn(store, own.clock) }),
  );
}
