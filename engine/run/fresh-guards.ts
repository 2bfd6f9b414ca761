/**
 * What guards ask right before a change, with its lock in hand: what may have been said or done
 * since they were asked about all, of these targets alone. It is one request for some twenty of
 * them.
 */
import type { ActionRecord } from "../../ledger/actions.ts";
import { isExempted } from "../../ledger/exemptions.ts";
import { holdOn } from "../../ledger/holds.ts";
import { idsOf } from "../../settings/former-ids.ts";
import { askedOnce, type GuardContext } from "../guards/guard.ts";
import type { Workplace } from "./attempt.ts";

/** How guards are asked by a run. */
export interface RunGuards {
  /** Asks anew each time. */
  readonly anew: GuardContext;
  /** What was known when all proposals were judged. */
  readonly known: GuardContext;
}

export function freshGuards(
  { anew, known }: RunGuards,
  { place, host }: Pick<Workplace, "place" | "host">,
  records: readonly Pick<ActionRecord, "target" | "within">[],
): GuardContext {
  const { store, settings } = host;
  const ids = idsOf(place.unit, settings);
  const targets = new Set(records.map(({ target }) => target));
  const places = targets.union(new Set(records.flatMap(({ within }) => within ?? [])));
  return askedOnce({
    ...anew,
    async holds() {
      const reads = [...targets].flatMap((target) =>
        ids.map((unit) => holdOn(store, { ...place, unit, target })),
      );
      const [earlier, found] = await Promise.all([known.holds(), allOf(reads)]);
      // One cannot be read: what it may hold, all of them together tell.
      if (!found) return anew.holds();
      return [...earlier, ...found.filter((hold) => hold !== undefined)];
    },
    async exemptions() {
      const reads = [...places].map((target) => isExempted(store, place, target));
      const [earlier, found] = await Promise.all([known.exemptions(), allOf(reads)]);
      const none = found?.every((is) => !is) && !earlier.some(({ target }) => places.has(target));
      // Others may stand beside one that stands, and one that cannot be read stands.
      return none ? [] : anew.exemptions();
    },
  });
}

/** @returns nothing where one of them cannot be read */
async function allOf<T>(reads: readonly Promise<T>[]): Promise<readonly T[] | undefined> {
  const settled = await Promise.allSettled(reads);
  const read = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  return read.length === settled.length ? read : undefined;
}
