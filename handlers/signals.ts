import type { AnySignal } from "../sdk/signal.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { signalsFunction } from "./app/signals-function.ts";
import { serve } from "./app/stack.ts";
import { lambdaPorts, settingsBeside } from "./lambda.ts";

/** All signals' one function, as Lambda loads it. */
export function serveSignals(signals: readonly AnySignal[], folder: string = import.meta.dirname) {
  const ports = lambdaPorts("signals");
  const parts = settingsBeside(folder) as Readonly<Record<string, UnitSettings>>;
  const enabled = signals.flatMap((signal) => {
    const settings = parts[signal.id];
    return settings ? [{ signal, settings }] : [];
  });
  return serve(ports, signalsFunction(ports, enabled));
}
