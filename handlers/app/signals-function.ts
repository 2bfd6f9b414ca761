import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { outboxIn } from "../../messages/share.ts";
import type { Ports } from "./ports.ts";
import { type Listening, type Outbox, signalsHandler } from "./signals.ts";

/**
 * Tells what signals make of events.
 * @param signals those that are enabled: one at least
 * @param outbox where messages go; the ledger's where absent
 */
export function signalsFunction(ports: Ports, signals: readonly Listening[], outbox?: Outbox) {
  const [first] = signals;
  if (!first) throw new Error("no signal is enabled");
  const { clients, clock } = ports;
  const kept =
    outbox ?? outboxIn(ledgerOf(clients, first.settings, clock, logLeftOut(ports.log)), clock);
  return signalsHandler({ ...ports, signals, outbox: kept });
}
