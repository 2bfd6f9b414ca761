/** Runs that were left unfinished when their unit was taken out of the settings, or renamed. */
import { abandonedRuns } from "../../../ledger/claims.ts";
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import type { Store } from "../../../ledger/store.ts";
import { unitsKnown } from "../../../ledger/units-known.ts";
import { before, days } from "../../../sdk/time.ts";
import { type DeployedIds, isTakenOver } from "./left-behind.ts";

/** Somebody has read it by then, or nobody will. */
const told = days(30);

export async function ownerlessRuns(
  store: Store,
  { units, formerly }: DeployedIds,
  now: Date,
): Promise<WatchdogFinding[]> {
  const renamed = new Set(Object.values(formerly).flat());
  const found: WatchdogFinding[] = [];
  for (const unit of await unitsKnown(store)) {
    if (units.includes(unit)) continue;
    for await (const { start, run } of abandonedRuns(store, unit, now)) {
      if (start.at < before(now, told)) continue;
      if (renamed.has(unit) && isTakenOver(start.kind)) continue;
      found.push({
        key: `ownerless run ${unit} ${start.region} ${start.key}`,
        title: `A run of ${unit} in ${start.region} was left unfinished when ${unit} was ${renamed.has(unit) ? "renamed" : "taken out of the settings"}`,
        severity: "warning",
        affected: [unit],
        facts: {
          run: `${run}, since ${start.at.toISOString()}`,
          "so what": "nobody takes it up: what it had begun may be half done",
          "what now": `\`npx nightshift history ${run}\` shows what it did; deploy ${unit} again, and it is taken up; or look at its targets by hand`,
        },
      });
    }
  }
  return found;
}
