import { createClients } from "../engine/run/clients.ts";
import { registry } from "../functions/registry.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import type { DeployedUnits } from "./app/deployed.ts";
import type { CallingPorts } from "./app/ports.ts";
import type { UndoParts } from "./app/undo.ts";
import { assumeUndoRole, undoFunction } from "./app/undo-function.ts";
import { lambda } from "./lambda.ts";

/** The bundle's own registry has the automations that are deployed, and nothing else. */
const loaders = new Map<string, () => Promise<{ readonly default: unknown }>>(
  Object.entries(registry),
);

const loading =
  (units: DeployedUnits["units"]): UndoParts["automation"] =>
  async (id) => {
    const [load, settings] = [loaders.get(id), units[id]];
    if (!load || !settings) return undefined;
    return { unit: (await load()).default as AnyAutomation, settings };
  };

function compose(ports: CallingPorts, { settings, units }: DeployedUnits) {
  const { clients, clock } = ports;
  const assume = assumeUndoRole(clients, settings, (credentials) =>
    createClients(clock, { credentials }),
  );
  return undoFunction({ ...ports, assume }, { settings }, loading(units));
}

export const handler = lambda("undo", import.meta.dirname, compose);
