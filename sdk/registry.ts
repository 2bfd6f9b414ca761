import type { Unit } from "./unit.ts";

type Entries<T> = {
  readonly [K in keyof T]: () => Promise<{
    // biome-ignore lint/suspicious/noExplicitAny: a unit's config is its own business
    readonly default: Omit<Unit<K & string, any>, "on"> & {
      readonly kind: "automation" | "report" | "signal";
    };
  }>;
};

/**
 * Units by id, each loaded only when it is asked for: ten SDK clients take 0.4 s and 157 MB. The
 * key is the unit's id, by type.
 */
export const units = <const T extends Entries<T>>(entries: T): T => entries;
