/**
 * Which addresses have a message already, where a mail had to be sent in parts: what comes again is
 * for the others.
 */
import { keys } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { ttlAfter } from "../../ledger/ttl.ts";
import { digest } from "../../sdk/codec.ts";
import { type Clock, days } from "../../sdk/time.ts";

export interface Reached {
  /** @returns whether an address has the message */
  of(message: string): Promise<(address: string) => boolean>;
  add(message: string, addresses: readonly string[]): Promise<void>;
}

const kept = days(30);

export function reachedIn(store: Store, channel: string, clock: Pick<Clock, "now">): Reached {
  const prefix = `to:${channel}:`;
  const name = (address: string): string => `${prefix}${digest(address).slice(0, 32)}`;
  return {
    async of(message) {
      const found = await Array.fromAsync(store.query(keys.toldBy(message), { prefix }));
      const names = new Set(found.map(({ sk }) => sk));
      return (address) => names.has(name(address));
    },
    async add(message, addresses) {
      for (const address of addresses)
        await store.put({
          ...keys.told(message, name(address)),
          type: "reached",
          ttl: ttlAfter(clock.now(), kept),
          body: null,
        });
    },
  };
}
