/** The ledger as the role of undo may read it: runs by query alone, by key only what undo wrote. */
import type { Host } from "../../engine/run/host.ts";
import type { Key, Store } from "../../ledger/store.ts";

function assertOwn({ pk }: Key): void {
  if (pk.startsWith("undo#")) return;
  throw Object.assign(new Error(`not authorized to read ${pk} by its key`), {
    name: "AccessDeniedException",
  });
}

/** @returns the same host, whose ledger denies what AWS would deny */
export function asUndo<H extends Host>(host: H): H {
  const { store } = host;
  const asGranted: Store = {
    ...store,
    async get(key) {
      assertOwn(key);
      return store.get(key);
    },
    async getAll(keys) {
      for (const key of keys) assertOwn(key);
      return store.getAll(keys);
    },
  };
  return { ...host, store: asGranted };
}
