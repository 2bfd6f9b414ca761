/** What is seeded, and what the night is expected to do with it. */
import type { ClientClass } from "../../sdk/call.ts";
import type { Named } from "../../settings/names.ts";

/**
 * `untouched`: proposed by nobody. `changed`: put right, and seen to be. `taken back`: put right,
 * undone, and left alone since. `waiting`: in a plan that a person may approve. `approved`: in one
 * that a person did approve, put right then. `denied`: in one that a person denied. `held`:
 * proposed, and held by that guard.
 */
export type Expected =
  | "untouched"
  | "changed"
  | "taken back"
  | "waiting"
  | "approved"
  | "denied"
  | { readonly heldBy: string };

/** One target of one unit. */
export interface Thing {
  readonly unit: string;
  readonly region: string;
  /** As the unit knows it. */
  readonly id: string;
  /** As people know it. */
  readonly name: string;
  readonly expected: Expected;
  /** Its state, as `snapshot` words it, once it is put right; absent: it is gone then. */
  readonly after?: string;
}

/** The account that is seeded. */
export interface SeededAccount extends Named {
  readonly endpoint: string;
  /** 12 digits. */
  readonly id: string;
  /** The home region comes first. */
  readonly regions: readonly string[];
  readonly now: Date;
  client<C extends ClientClass>(Client: C, region: string): InstanceType<C>;
}

/** The state of all that units may change, by region and id, in words. */
export type Snapshot = ReadonlyMap<string, string>;
export const placeOf = (region: string, id: string): string => `${region} ${id}`;
