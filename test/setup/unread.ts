import type { Key, Store } from "../../ledger/store.ts";

/** A ledger some of whose items cannot be read, alone or with others. */
export const unreadAt = (store: Store, isIt: (key: Key) => boolean, why: string): Store => ({
  ...store,
  async get(key) {
    if (isIt(key)) throw new Error(why);
    return store.get(key);
  },
  async getAll(keys) {
    const reads = await store.getAll(keys);
    return reads.map((read, at) => {
      const key = keys[at];
      return key && isIt(key) ? { error: new Error(why) } : read;
    });
  },
});
