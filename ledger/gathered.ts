/**
 * What is asked of the ledger at the same moment, by whomever, is asked in one request. Nothing is
 * remembered: what is asked later is read anew.
 */
import type { Item, Key, Store } from "./store.ts";

interface Asked {
  readonly key: Key;
  resolve(item: Item | undefined): void;
  reject(error: unknown): void;
}

/** @returns the same store, whose single reads travel together */
export function gathered(store: Store): Store {
  let waiting: Asked[] = [];
  async function readAll(): Promise<void> {
    const asked = waiting;
    waiting = [];
    try {
      const reads = await store.getAll(asked.map(({ key }) => key));
      for (const [at, { resolve, reject }] of asked.entries()) {
        const read = reads[at] ?? { item: undefined };
        if ("error" in read) reject(read.error);
        else resolve(read.item);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
  return {
    ...store,
    get: (key) =>
      new Promise((resolve, reject) => {
        waiting.push({ key, resolve, reject });
        if (waiting.length === 1) setImmediate(readAll);
      }),
  };
}
