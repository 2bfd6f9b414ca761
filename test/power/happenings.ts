/**
 * What no night has: an event for each signal, and in each region all samples of those that read
 * whether their matters are over.
 */
import type { Configured } from "../../cli/bundle/units.ts";
import type { Clients } from "../../engine/run/clients.ts";
import { sample, samples } from "../../events/samples.ts";
import { registry } from "../../functions/registry.ts";
import { contextFor } from "../../handlers/app/invocation.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import { fits } from "../../handlers/app/signals.ts";
import { signalsFunction } from "../../handlers/app/signals-function.ts";
import { unwrap } from "../../ingest/envelope.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { type Clock, minutes, systemClock } from "../../sdk/time.ts";
import { settingsOf } from "../../settings/settings.ts";
import { quiet } from "./shared-functions.ts";

/** The same payload in another region. */
const moved = (payload: unknown, region: string): unknown =>
  JSON.parse(JSON.stringify(payload).replaceAll(/us-(east-1|west-2)/g, region));
/** A failover of a cluster that is complete. */
const clusterRecovers = (): object => {
  const event = sample("rds/cluster-failover-failed");
  return { ...event, detail: { ...(event.detail as object), EventID: "RDS-EVENT-0071" } };
};

export async function everythingHappens(
  { settings, units }: Configured,
  account: string,
  clients: Clients,
  regions: readonly string[],
): Promise<void> {
  const [home = ""] = regions;
  const all = units.map(({ id }) => id);
  const loads = registry as Readonly<Record<string, () => Promise<{ default: unknown }>>>;
  const listening = await Promise.all(
    units
      .filter(({ kind, enabled }) => kind === "signal" && enabled)
      .map(async (unit) => ({
        signal: (await loads[unit.id]?.())?.default as AnySignal,
        settings: { ...settingsOf(settings, unit, all), incidents: true },
      })),
  );
  const clock: Clock = { ...systemClock, sleep: async () => {} };
  const tell = signalsFunction({ clients, clock, log: quiet, metrics: noMetrics }, listening);
  const context = contextFor("signals", { account, deployed: settings, lifetime: minutes(15) });
  const hear = (payload: unknown) => tell(payload, context);

  const samplesOf = (signal: AnySignal) =>
    samples.filter((path) =>
      unwrap(sample(path), account).some(({ event }) => signal.on.some(fits(event))),
    );
  const silent = listening.filter(({ signal }) => !signal.confirmation);
  for (const { signal } of silent)
    for (const path of samplesOf(signal).slice(0, 1)) await hear(moved(sample(path), home));
  // What reads whether its matters are over hears all that it may hear, where it may look.
  const reading = listening.filter(({ signal }) => signal.confirmation);
  const heard = reading.flatMap(({ signal }) => samplesOf(signal).map(sample));
  for (const region of regions)
    for (const event of [...heard, clusterRecovers()]) await hear(moved(event, region));
}
