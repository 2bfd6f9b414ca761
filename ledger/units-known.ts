/**
 * Which units have a part in this ledger. The watchdog writes it down, so that the runs of a unit
 * that is gone can still be found: partitions are read by their names, never scanned.
 */
import { keys } from "./keys.ts";
import { absent, type Store } from "./store.ts";

/** Ids of the units that were ever written down, in order. */
export const unitsKnown = async (store: Store): Promise<readonly string[]> =>
  (await Array.fromAsync(store.query(keys.unitsKnown))).map(({ sk }) => sk);

/** Writes down those that are not yet. It is kept for as long as the ledger is. */
export async function rememberUnits(
  store: Store,
  units: readonly string[],
  now: Date,
): Promise<void> {
  const known = new Set(await unitsKnown(store));
  for (const unit of units) {
    if (known.has(unit)) continue;
    const item = { pk: keys.unitsKnown, sk: unit, type: "unit-known", body: { since: now } };
    await store.put(item, absent);
  }
}
