/** What the changes of all units save, by the lines that their runs left in the ledger. */
import { runsSince } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { unitsKnown } from "../../ledger/units-known.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import type { SavedByUnit } from "../../sdk/report.ts";

/** Queries at a time: there are as many as units. */
const together = 8;

async function savedBy(store: Store, unit: string, since: Date): Promise<SavedByUnit> {
  let [perMonth, changes, unknown] = [0, 0, 0];
  for await (const { applied, saves, unpriced = 0 } of runsSince(store, "unit", unit, since)) {
    changes += applied;
    perMonth += saves ?? 0;
    unknown += saves === undefined ? applied : unpriced;
  }
  return { unit, perMonth, changes, unknown };
}

/**
 * Of every unit that was ever deployed, those that changed something. As the daily digest counts it:
 * what was taken back since is in it.
 */
export async function savedSince(store: Store, since: Date): Promise<readonly SavedByUnit[]> {
  const units = await unitsKnown(store);
  const found = await concurrently(units, (unit) => savedBy(store, unit, since), {
    concurrency: together,
  });
  return found
    .filter(({ changes }) => changes > 0)
    .sort((a, b) => b.perMonth - a.perMonth || a.unit.localeCompare(b.unit));
}
