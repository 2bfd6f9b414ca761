/** What a unit did that nobody has taken back yet, and that could be. */
import { actionsOf } from "./actions.ts";
import { keys } from "./keys.ts";
import { type RunLine, runById } from "./runs.ts";
import type { Store } from "./store.ts";

/** Actions of a run that the run itself called irreversible. */
async function withoutWayBack(store: Store, unit: string, run: string): Promise<Set<string>> {
  const result = await runById(store, "unit", unit, run);
  const actions = result?.actions ?? [];
  return new Set(actions.filter(({ undo }) => "irreversible" in undo).map(({ id }) => id));
}

async function* ofRun(store: Store, unit: string, run: string): AsyncIterable<string> {
  const irreversible = await withoutWayBack(store, unit, run);
  for (const { id, outcome } of await actionsOf(store, "unit", unit, run)) {
    if (outcome !== "applied" || irreversible.has(id)) continue;
    const undone = await store.get(keys.undone(unit, id));
    // Taken back, or done again since by a later run, which is looked at itself.
    if (undone?.state === "undone" || undone?.state === "redone") continue;
    yield id;
  }
}

/**
 * Ids of a unit's actions that can still be taken back, newest run first. Read lazily: whoever only
 * asks whether there are any need not wait for all.
 */
export async function* notTakenBack(store: Store, unit: string): AsyncIterable<string> {
  const seen = new Set<string>();
  for await (const { body } of store.query(keys.runs("unit", unit), {
    reverse: true,
    unreadable: "refuse",
  })) {
    const { run, applied } = body as RunLine;
    // Flows that have ended give a run a second line.
    if (applied === 0 || seen.has(run)) continue;
    seen.add(run);
    yield* ofRun(store, unit, run);
  }
}
