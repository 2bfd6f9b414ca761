/**
 * What no night has: an event for each signal, and in each region the end of each matter whose end
 * is read.
 */
import type { Configured } from "../../bin/bundle/units.ts";
import { outboxIn } from "../../core/ledger/share.ts";
import type { Clients } from "../../core/run/clients.ts";
import { ledgerOf } from "../../core/run/host.ts";
import { settingsOf } from "../../core/settings.ts";
import type { AnySignal } from "../../core/signal.ts";
import { type Clock, systemClock } from "../../core/time.ts";
import { sample, samples } from "../../events/samples.ts";
import { registry } from "../../functions/registry.ts";
import { unwrap } from "../../handlers/envelope.ts";
import { fits, signalsHandler } from "../../handlers/signals.ts";
import { quiet } from "./shared-functions.ts";

/** Nothing of it is there, so that nothing is over: one look shows as much as five. */
const ends = [
  "cloudwatch/metric-ok",
  "kms/cancel-key-deletion",
  "rds/failover-completed",
  "ec2/instance-running",
  "ecs/service-steady-state",
  "codepipeline/succeeded",
  "cloudformation/update-complete",
];

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
      .map(async ({ id, family }) => ({
        signal: (await loads[id]?.())?.default as AnySignal,
        settings: { ...settingsOf(settings, id, family, all), incidents: true },
      })),
  );
  const clock: Clock = { ...systemClock, sleep: async () => {} };
  const hear = signalsHandler({
    signals: listening,
    outbox: outboxIn(ledgerOf(clients, settings, clock), clock),
    log: quiet,
    clock,
    account,
    clients,
  });

  const first = listening.flatMap(
    ({ signal }) =>
      samples.find((path) =>
        unwrap(sample(path), account).some(({ event }) => signal.on.some(fits(event))),
      ) ?? [],
  );
  for (const path of first) await hear(moved(sample(path), home));
  for (const region of regions)
    for (const end of [...ends.map(sample), clusterRecovers()]) await hear(moved(end, region));
}
