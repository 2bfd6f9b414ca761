import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { arnsOf } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import { keepsIncidents } from "../../settings/settings.ts";
import type { DeployedUnits } from "./deployed.ts";
import { accountOf, type Invoked } from "./invocation.ts";
import type { CallingPorts } from "./ports.ts";
import { asStream } from "./stream.ts";
import { checksOf } from "./watch/checks.ts";
import { lookingWith } from "./watch/deployment.ts";
import type { WatchedUnit } from "./watch/late.ts";
import { LeftOut } from "./watch/left-out.ts";
import { startSkipped } from "./watch/sweeps.ts";
import { type Watched, watchdogHandler } from "./watchdog.ts";

/** Looks after Nightshift itself. */
export function watchdogFunction(
  ports: CallingPorts,
  deployed: DeployedUnits,
): Invoked<unknown, Watched> {
  const { clients, clock, invoke, ask } = ports;
  const { settings, units, watched, reporting } = deployed;
  const { home, freezes } = settings;
  const leftOut = new LeftOut(logLeftOut(ports.log));
  const store = ledgerOf(clients, settings, clock, (item) => leftOut.add(item));
  const functions = [...reporting, ...settings.functions].map(namesOf(settings).function);
  const arnOfSweep =
    (account: string) =>
    ({ unit, sweep, region }: WatchedUnit): string =>
      arnsOf(settings, { account }).schedule(namesOf(settings).schedule(unit, sweep, region));
  const formerly = Object.fromEntries(
    Object.entries(units).flatMap(([id, { formerly: before = [] }]) =>
      before.length ? [[id, before]] : [],
    ),
  );
  return async (payload, context) => {
    const account = accountOf(context);
    const place = { account, home };
    const watch = watchdogHandler({
      ...ports,
      leftOut,
      units: Object.keys(units),
      reporting,
      store,
      place,
      freezes,
      checks: checksOf(
        {
          account,
          settings,
          watched,
          units: reporting,
          deployed: Object.keys(units),
          formerly,
          functions,
          leftOut,
        },
        store,
        lookingWith(clients),
        ports,
      ),
      formerly,
      startSkipped: (now, failed) =>
        startSkipped(
          { store, account, watched },
          { ...ports, arnOf: arnOfSweep(account) },
          now,
          failed,
        ),
      tell: (messages) => invoke("tell", asStream(messages)),
      tellNow: async (messages) => void (await ask("tell", asStream(messages))),
      ...(keepsIncidents(settings) && {
        overdue: async () => void (await ask("incidents", { kind: "overdue" })),
      }),
    });
    return watch(payload);
  };
}
