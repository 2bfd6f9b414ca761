/**
 * What a function has of the world. It is all that differs between Lambda, the command line, the
 * night and tests: every function is made from it in one place, `*-function.ts`.
 */
import type { FlowOrder } from "../../engine/flows/order.ts";
import type { Clients } from "../../engine/run/clients.ts";
import type { Identify } from "../../ingest/identity.ts";
import type { Clock } from "../../sdk/time.ts";
import type { DeployedUnits } from "./deployed.ts";
import type { Invoked } from "./invocation.ts";
import type { InvocationLog } from "./log.ts";
import type { Counter } from "./metrics.ts";

export interface Ports {
  /** All time and waiting, the SDK's own included. */
  readonly clock: Clock;
  /** AWS, with the rights of the function's own role. */
  readonly clients: Clients;
  readonly log: InvocationLog;
  readonly metrics: Counter;
}

/** Of a function that begins work that waits. */
export interface FlowPorts extends Ports {
  /** Calls what carries a unit's flows, and does not wait for it. Absent: nothing carries any. */
  beginFlow?(unit: string, order: FlowOrder): Promise<void>;
}

/** Of a function that people give orders. */
export interface PersonPorts extends FlowPorts {
  /** Asks AWS who has signed an order. */
  readonly identify: Identify;
}

/** Of a function that starts other functions of ours. They are named as in the manifest. */
export interface CallingPorts extends PersonPorts {
  /** Hands something to a function, and does not wait for what comes of it. */
  invoke(name: string, payload: unknown): Promise<void>;
  /** Hands something to a function, and waits for its answer. */
  ask(name: string, payload: unknown): Promise<unknown>;
}

/** Of the function that takes changes back. */
export interface UndoPorts extends CallingPorts {
  /**
   * AWS, with the rights of an automation's undo role.
   * @param account 12 digits
   */
  assume(unit: string, account: string): Clients;
}

/** What makes one of the functions that belong to no single unit. */
export type Composition<E, R> = (ports: CallingPorts, deployed: DeployedUnits) => Invoked<E, R>;
