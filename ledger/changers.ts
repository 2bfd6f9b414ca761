/**
 * Which units have ever changed a target: one item a target, whichever unit did. It is a hint of
 * where to look and nothing more: what each of them did stands in its own story, which it alone
 * writes (rule: ledger-no-deputy).
 */
import { keys, type PlacedTarget } from "./keys.ts";
import { absent, type Step, type Store } from "./store.ts";

export interface Changers {
  readonly units: readonly string[];
  /** Counts what was written, so that nobody overwrites another's. */
  readonly version: number;
}

/** @returns nothing where none of this version has changed it: then their stories alone tell */
export async function changersOf(store: Store, at: PlacedTarget): Promise<Changers | undefined> {
  const found = await store.get(keys.changers(at, at.target));
  if (!found) return undefined;
  return { units: found.body as readonly string[], version: found.version ?? 0 };
}

/** The step that adds a unit; nothing where it is among them. */
export function joinChangers(at: PlacedTarget, known: Changers | undefined): Step | undefined {
  const { units, version } = known ?? { units: [], version: 0 };
  if (units.includes(at.unit)) return undefined;
  return {
    put: {
      ...keys.changers(at, at.target),
      type: "changers",
      version: version + 1,
      body: [...units, at.unit],
    },
    if: known ? { attr: "version", eq: version } : absent,
  };
}
