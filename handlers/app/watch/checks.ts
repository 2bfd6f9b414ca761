/** All that the watchdog looks at, of one deployment. */

import { lookedAfterSince } from "../../../ledger/findings.ts";
import { lastSweep } from "../../../ledger/heartbeats.ts";
import type { Store } from "../../../ledger/store.ts";
import type { Clock } from "../../../sdk/time.ts";
import { namesOf } from "../../../settings/names.ts";
import type { ParsedSettings } from "../../../settings/settings.ts";
import { deadLetters, disabledRules, type Look, schedules, throttled } from "./deployment.ts";
import type { WatchCheck } from "./findings.ts";
import { late, type WatchedUnit } from "./late.ts";
import type { LeftOut } from "./left-out.ts";
import { notInSettings } from "./not-in-settings.ts";
import { ownerlessFlows } from "./ownerless-flows.ts";
import { ownerlessRuns } from "./ownerless-runs.ts";
import { untaken } from "./untaken.ts";

/** What there is to look at. */
export interface WatchedDeployment {
  readonly account: string;
  readonly settings: Pick<ParsedSettings, "home" | "regions" | "deployment">;
  readonly watched: readonly WatchedUnit[];
  /** Ids of automations and reports. */
  readonly units: readonly string[];
  /** Ids of all units that are deployed. */
  readonly deployed: readonly string[];
  /** Former ids of those that had another, by the id of today. */
  readonly formerly: Readonly<Record<string, readonly string[]>>;
  /** Names of all our functions. */
  readonly functions: readonly string[];
  /** What could not be read so far. */
  readonly leftOut: Pick<LeftOut, "findings">;
}

export function checksOf(
  { account, settings, watched, units, deployed, formerly, functions, leftOut }: WatchedDeployment,
  store: Store,
  look: Look,
  clock: Clock,
): WatchCheck[] {
  const { home, regions } = settings;
  const names = namesOf(settings);
  const now = () => clock.now();
  const everywhere = [...new Set([home, ...regions])];
  return [
    {
      name: "what should have run",
      keys: ["late "],
      look: async () =>
        (
          await Promise.all(
            watched.map(async (one) => {
              const { unit, region, schedule } = one;
              const [swept, since] = await Promise.all([
                lastSweep(store, { unit, account, region }),
                lookedAfterSince(store, `${unit}#${region}#${schedule}`, now()),
              ]);
              return late(one, swept?.at, since, now()) ?? [];
            }),
          )
        ).flat(),
    },
    { name: "the schedules", keys: ["schedule "], look: () => schedules(look, home, names) },
    {
      name: "what is not in the settings",
      keys: ["not in settings "],
      look: () => notInSettings(look, home, names, units),
    },
    {
      name: "flows of units that are gone",
      keys: ["ownerless flow "],
      look: () => ownerlessFlows(store, deployed),
    },
    {
      name: "runs of units that are gone",
      keys: ["ownerless run "],
      look: () => ownerlessRuns(store, { units: deployed, formerly }, now()),
    },
    {
      name: "what should be incidents",
      keys: ["untaken"],
      look: () => untaken(store, now()),
    },
    {
      name: "what cannot be read in the ledger",
      keys: ["unreadable "],
      look: async () => leftOut.findings(),
    },
    { name: "the rules", keys: ["rule "], look: () => disabledRules(look, settings, names) },
    {
      name: "the functions' throttling",
      keys: ["throttled "],
      look: () => throttled(look, home, functions, now()),
    },
    {
      name: "the failure queues",
      keys: ["failures ", "dead letters "],
      look: () => deadLetters(look, everywhere, names),
    },
  ];
}
