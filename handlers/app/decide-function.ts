import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { decideHandler } from "./decide.ts";
import type { DeployedUnits } from "./deployed.ts";
import type { CallingPorts } from "./ports.ts";

/** Hears what people say to plans. */
export const decideFunction = (
  ports: CallingPorts,
  { settings }: Pick<DeployedUnits, "settings">,
) =>
  decideHandler({
    ...ports,
    settings,
    store: ledgerOf(ports.clients, settings, ports.clock, logLeftOut(ports.log)),
  });
