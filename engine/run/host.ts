import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createStore } from "../../ledger/dynamo.ts";
import type { Store, UnreadableItem } from "../../ledger/store.ts";
import type { Log } from "../../sdk/log.ts";
import type { Clock } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { FlowOrder } from "../flows/order.ts";
import type { Clients } from "./clients.ts";
import { readSwitch } from "./switch.ts";

/** What a run is given by the handler that carries it out. */
export interface Host {
  /** 12 digits. */
  readonly account: string;
  readonly settings: UnitSettings;
  readonly clock: Clock;
  readonly clients: Clients;
  /** With the rights of the function itself, where the units' calls are made with others. */
  readonly own: Clients;
  readonly store: Store;
  readonly log: Log;
  /** When the process ends, whatever it does. */
  readonly deadline: Date;
  /**
   * Calls what carries the unit's flows, without waiting for it. The same call twice is one. Absent:
   * nothing here carries flows.
   */
  begin?(order: FlowOrder): Promise<void>;
  /** Reads the kill switch's value, afresh. Rejects when it cannot be read. */
  killSwitch(): Promise<string>;
}

/** Logs each of them once. */
export function logLeftOut({ warn }: Pick<Log, "warn">): (item: UnreadableItem) => void {
  const known = new Set<string>();
  return ({ pk, sk, why }) => {
    const item = `${pk} ${sk}`;
    if (known.has(item)) return;
    known.add(item);
    warn("An item of the ledger cannot be read and is left out", { item, why });
  };
}

/**
 * The ledger as this process's own role sees it: in the home region.
 * @param leftOut is told of what cannot be read among others
 */
export const ledgerOf = (
  clients: Clients,
  deployed: Deployed,
  clock: Clock,
  leftOut?: (item: UnreadableItem) => void,
): Store =>
  createStore(
    clients.get(DynamoDBClient, deployed.home) as DynamoDBClient,
    namesOf(deployed).table,
    clock,
    leftOut,
  );

interface Given extends Omit<Host, "killSwitch" | "own"> {
  readonly own?: Clients;
}

export function createHost(given: Given): Host {
  const { own = given.clients, settings } = given;
  return { ...given, own, killSwitch: () => readSwitch(own, settings) };
}
