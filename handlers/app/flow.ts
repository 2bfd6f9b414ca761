/** The function that carries an automation's flows by the ledger and timers: deployed so, and embedded. */
import * as z from "zod/mini";
import { type CarriedOnce, carryByLedger, type WakeFlow } from "../../engine/flows/ledger-steps.ts";
import type { FlowOrder } from "../../engine/flows/order.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { createHost, type Host, ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { UsageError } from "../../sdk/errors.ts";
import { parseConfig, type UnitSettings } from "../../settings/settings.ts";
import { accountOf, type Invoked } from "./invocation.ts";
import type { FlowPorts } from "./ports.ts";

const shape = z.object({
  kind: z.literal("carry"),
  region: z.string(),
  action: z.string(),
  attempt: z.int().check(z.gte(1)),
});

/**
 * What it is called with names a flow in the ledger, and no more.
 * @throws {UsageError}
 */
export function parseFlowOrder(payload: unknown): FlowOrder {
  const parsed = shape.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    'what carries flows is called with { kind: "carry", region, action, attempt }, by Nightshift itself',
  );
}

/** @returns a process's host for one invocation */
export function flowHost(
  { clock, clients, log, beginFlow }: FlowPorts,
  unit: AnyAutomation,
  settings: UnitSettings,
): (context: Parameters<Invoked<unknown, unknown>>[1]) => Host {
  parseConfig(unit, settings.config, "settings.json");
  const store = ledgerOf(clients, settings, clock, logLeftOut(log));
  return (context) =>
    createHost({
      ...{ settings, clock, clients, store, log },
      account: accountOf(context),
      deadline: new Date(clock.now().getTime() + context.getRemainingTimeInMillis()),
      ...(beginFlow && { begin: (order) => beginFlow(unit.id, order) }),
    });
}

export interface FlowCarryPorts extends FlowPorts {
  /** Calls this function again, at a time. */
  wake: WakeFlow;
}

/** @returns what Lambda calls: carries a flow until it waits or is over */
export function flowFunctionOf(
  ports: FlowCarryPorts,
  unit: AnyAutomation,
  settings: UnitSettings,
): Invoked<unknown, { readonly carried: CarriedOnce }> {
  const hostFor = flowHost(ports, unit, settings);
  return async (payload, context) => {
    const order = parseFlowOrder(payload);
    const workplace = workplaceOf(unit, order.region, hostFor(context));
    return { carried: await carryByLedger(workplace, order, ports.wake) };
  };
}
