/**
 * What the functions that belong to no single unit are given beside the settings. Loads SDK
 * clients: for the bundle step alone.
 */

import type { DeployedUnits } from "../../handlers/app/deployed.ts";
import type { WatchedUnit } from "../../handlers/app/watch/late.ts";
import { regionsOf } from "../../settings/every-region.ts";
import type { Manifest, SharedFunction } from "../../settings/manifest.ts";
import { type ParsedSettings, settingsOf } from "../../settings/settings.ts";
import { type Configured, operationOf } from "./units.ts";

/** By name, what each reads of AWS by declared calls. */
async function reads(): Promise<Readonly<Record<string, SharedFunction["reads"]>>> {
  const { watchReads } = await import("../../handlers/app/watch/deployment.ts");
  return {
    watchdog: {
      home: watchReads.home.map(operationOf),
      everywhere: watchReads.everywhere.map(operationOf),
    },
  };
}

/** @param hashOf of a bundle, by its folder below `dist/` */
export async function describeShared(
  settings: Pick<ParsedSettings, "functions">,
  hashOf: (bundle: string) => string,
): Promise<Manifest["shared"]> {
  const looks = await reads();
  return Object.fromEntries(
    settings.functions.map((name): [string, SharedFunction] => {
      const [bundle, own] = [`functions/${name}`, looks[name]];
      return [name, { bundle, hash: hashOf(bundle), ...(own && { reads: own }) }];
    }),
  ) as Manifest["shared"];
}

/** What the watchdog holds against the clock. */
export const watchedOf = ({
  settings,
  units,
}: Pick<Configured, "settings" | "units">): WatchedUnit[] =>
  units
    .filter(({ enabled, kind }) => enabled && kind !== "signal")
    .flatMap((unit) =>
      unit.on.flatMap((trigger, sweep) =>
        trigger.kind === "sweep"
          ? regionsOf(unit, settings).map((region) => ({
              unit: unit.id,
              region,
              schedule: trigger.schedule,
              sweep,
              timeZone: trigger.timeZone,
              windowMinutes: trigger.windowMinutes,
            }))
          : [],
      ),
    );

/** What the functions that belong to no single unit are given. */
export function deployedOf({ settings, units }: Configured): DeployedUnits {
  const enabled = units.filter((unit) => unit.enabled);
  const ids = units.map(({ id }) => id);
  const automations = units.filter(({ kind }) => kind === "automation").map(({ id }) => id);
  const partOf = (unit: Configured["units"][number]) =>
    settingsOf(settings, unit, ids, automations);
  return {
    settings,
    units: Object.fromEntries(enabled.map((unit) => [unit.id, partOf(unit)])),
    watched: watchedOf({ settings, units }),
    reporting: enabled.filter(({ kind }) => kind !== "signal").map(({ id }) => id),
  };
}
