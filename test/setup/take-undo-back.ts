/** Takes an undo back as the undo function and the unit's own do, without the order between them. */
import { liftHolds, redoStart, undoneBy } from "../../engine/run/redo.ts";
import type { Start } from "../../ledger/start.ts";
import type { Store } from "../../ledger/store.ts";

interface UndoBack {
  /** `<action>.undo` or `<run>.undo`. */
  readonly id: string;
  readonly by: string;
  readonly key: string;
  readonly at: Date;
}

/** @returns the runs that do it again */
export async function takeUndoBack(
  store: Store,
  { id, by, key, at }: UndoBack,
): Promise<readonly Start[]> {
  const starts: Start[] = [];
  for (const [number, part] of (await undoneBy(store, id)).entries()) {
    await liftHolds(store, part, { by, at });
    starts.push(redoStart({ ...part, key: `${key}#${number}` }, { by, at }));
  }
  return starts;
}
