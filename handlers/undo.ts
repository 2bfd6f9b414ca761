import { createClients } from "../engine/run/clients.ts";
import { registry } from "../functions/registry.ts";
import type { DeployedUnits } from "./app/deployed.ts";
import type { CallingPorts } from "./app/ports.ts";
import {
  assumeUndoRole,
  type LoadAutomation,
  undoFunction,
  withUndoRole,
} from "./app/undo-function.ts";
import { lambda } from "./lambda.ts";

/** The bundle's own registry has the automations that are deployed, and nothing else. */
const loaders: ReadonlyMap<string, LoadAutomation> = new Map(Object.entries(registry));

function compose(ports: CallingPorts, { settings, units }: DeployedUnits) {
  const { clients, clock } = ports;
  const assume = assumeUndoRole(clients, settings, (credentials) =>
    createClients(clock, { credentials }),
  );
  return undoFunction({ ...ports, assume }, { settings }, withUndoRole(loaders, units));
}

export const handler = lambda("undo", import.meta.dirname, compose);
