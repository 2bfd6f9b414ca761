/** All that the watchdog looks at, of one deployment. */

import type { Store } from "../../../ledger/store.ts";
import type { Clock } from "../../../sdk/time.ts";
import { type Names, namesOf } from "../../../settings/names.ts";
import type { ParsedSettings } from "../../../settings/settings.ts";
import type { Counter } from "../metrics.ts";
import { deadLetters, disabledRules, type Look, schedules, throttled } from "./deployment.ts";
import type { WatchCheck } from "./findings.ts";
import type { WatchedUnit } from "./late.ts";
import type { LeftOut } from "./left-out.ts";
import { type Fed, mappings } from "./mappings.ts";
import { notInSettings } from "./not-in-settings.ts";
import { ownerlessFlows } from "./ownerless-flows.ts";
import { ownerlessRuns } from "./ownerless-runs.ts";
import { lateSweeps } from "./sweeps.ts";
import { untaken } from "./untaken.ts";

/** What feeds what, as it is deployed. */
function fedBy({ channels }: Pick<WatchedDeployment["settings"], "channels">, names: Names): Fed[] {
  const queues = Object.keys(channels).map((channel): [string, string] => [
    `the queue of the channel ${channel}`,
    `:${names.channelQueue(channel)}`,
  ]);
  const deliver = { name: names.function("deliver"), sources: Object.fromEntries(queues) };
  const tell = {
    name: names.function("tell"),
    sources: { "the ledger's stream": `:table/${names.table}/stream/` },
  };
  return queues.length ? [tell, deliver] : [tell];
}

/** What there is to look at. */
export interface WatchedDeployment {
  readonly account: string;
  readonly settings: Pick<ParsedSettings, "home" | "regions" | "deployment" | "channels">;
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
  { clock, metrics }: { readonly clock: Clock; readonly metrics: Counter },
): WatchCheck[] {
  const { home, regions } = settings;
  const names = namesOf(settings);
  const now = () => clock.now();
  const everywhere = [...new Set([home, ...regions])];
  return [
    {
      name: "what should have run",
      keys: ["late "],
      look: () => lateSweeps({ store, account, watched }, now()),
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
      look: () => ownerlessFlows(store, { units: deployed, formerly }),
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
    {
      name: "what feeds the functions",
      keys: ["mapping "],
      look: async () => {
        const unfed = await mappings(look, home, fedBy(settings, names));
        // Straight to an alarm: what feeds tell may be what stands still.
        if (unfed.length) metrics.add("unfed", unfed.length);
        return unfed;
      },
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
