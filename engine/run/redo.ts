/** Takes back an undo. */

import { actionById, actionsOf } from "../../ledger/actions.ts";
import { holdsAt, liftHold } from "../../ledger/holds.ts";
import { runOf, undoneId, unitOf } from "../../ledger/ids.ts";
import { keys } from "../../ledger/keys.ts";
import type { Start } from "../../ledger/start.ts";
import type { Store } from "../../ledger/store.ts";
import { digest } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";

export interface RedoRequest {
  /** `<action>.undo` or `<run>.undo`. */
  readonly id: string;
  readonly by: string;
  /** The same for each delivery of the same request. */
  readonly key: string;
  readonly at: Date;
}

/**
 * Lifts the undo's hold, and says what the automation's own run must look at to do it again,
 * guarded anew.
 * @throws {NotPossible} when there is no such undo
 */
export async function redo(
  store: Store,
  { id, by, key, at }: RedoRequest,
): Promise<readonly Start[]> {
  const original = undoneId(id);
  const [unit, run] = [unitOf(original), runOf(original)];
  const undone = (await actionsOf(store, "undo", unit, run)).filter(
    ({ outcome, undoes }) => outcome === "applied" && (original === run || undoes === original),
  );
  if (!undone.length)
    throw new NotPossible(
      `there is no undo ${id} to take back; \`npx nightshift history\` lists them`,
    );
  const starts: Start[] = [];
  for (const record of undone) {
    const first = await actionById(store, "unit", { unit, run, id: record.undoes ?? "" });
    if (!first) continue;
    for (const hold of await holdsAt(store, record))
      if (hold.action === first.id) await liftHold(store, hold);
    const marker = { ...keys.undone(unit, first.id), type: "undone", body: { by, at } };
    await store.put({ ...marker, state: "redone" });
    starts.push({
      kind: "redo",
      key: `${key}#${first.id}`,
      region: record.region,
      at,
      only: [record.target, ...(record.within ? [record.within] : [])],
      target: record.target,
      state: digest(first.before),
      by,
    });
  }
  return starts;
}
