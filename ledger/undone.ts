/** Whether an action was taken back, by whom and when. */
import { keys } from "./keys.ts";
import type { ActionResult } from "./result.ts";
import type { Store } from "./store.ts";

/** What stands of an undo. */
export interface TakenBack {
  /** The action that was taken back. */
  readonly action: string;
  /** `intended`: it was begun, and nobody knows yet. `redone`: it was done again since. */
  readonly state: "intended" | "undone" | "redone";
  /** Who asked for it, where that was written down. */
  readonly by: string | undefined;
  readonly at: Date | undefined;
}

const isState = (state: unknown): state is TakenBack["state"] =>
  state === "intended" || state === "undone" || state === "redone";

/** @returns nothing where nobody has asked for it */
export async function undoneOf(
  store: Store,
  unit: string,
  action: string,
): Promise<TakenBack | undefined> {
  const found = await store.get(keys.undone(unit, action));
  if (!found || !isState(found.state)) return undefined;
  const { by, at } = (found.body ?? {}) as { readonly by?: string; readonly at?: Date };
  return { action, state: found.state, by, at };
}

/** Of several actions of one unit, by the id of each. */
export async function undoneAmong(
  store: Store,
  unit: string,
  actions: readonly Pick<ActionResult, "id" | "outcome">[],
): Promise<ReadonlyMap<string, TakenBack>> {
  const applied = actions.filter(({ outcome }) => outcome === "applied");
  const found = await Promise.all(applied.map(({ id }) => undoneOf(store, unit, id)));
  return new Map(found.flatMap((undone) => (undone ? [[undone.action, undone]] : [])));
}
