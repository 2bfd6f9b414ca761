/** How long something has been so is measured, not guessed (rule: measured-since). */

import { beginSeen, endSeen, seenAt } from "../../ledger/seen.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import type { Workplace } from "./attempt.ts";
import type { LookKeeper } from "./long-look.ts";

export interface Measuring {
  /** It looks at everything, and records what it sees. */
  readonly record?: boolean;
  /** It looks at some by name: what is not so of them ends its measure, and nothing begins one. */
  readonly ends?: boolean;
  /** Since when everything that counts shall have done so, as if it had been measured. */
  readonly pretend?: Date | undefined;
  /** Keeps how far it has come, and says where it begins. */
  readonly keeper?: LookKeeper;
}

export interface Measure {
  /** The targets that it is true of. */
  readonly counting: Iterable<string>;
  /** @returns since when it has been true of the target; now if it just is, nothing if it is not */
  since(target: string, counts: () => boolean | string): Date | undefined;
  /**
   * Begins the measure of what is so, ends it for what is not, or is gone: as `Measuring` says.
   * @param unjudged what could not be looked at, or is looked at later: its measure goes on
   */
  record(unjudged: ReadonlySet<string>): Promise<void>;
}

/** What is so in another way is measured anew: each way has a measure of its own. */
const measureNamed = (target: string, way: true | string): string =>
  way === true ? target : `${target} ${way}`;

const isOfAny = (measured: string, targets: ReadonlySet<string>): boolean =>
  targets.has(measured) || targets.has(measured.slice(0, Math.max(0, measured.lastIndexOf(" "))));

const nothing: Measure = { counting: [], since: () => undefined, record: async () => {} };
const concurrency = 16;

export async function measureOf(
  { unit, place, host }: Workplace,
  now: Date,
  { record = false, ends = false, pretend, keeper }: Measuring,
): Promise<Measure> {
  if (!unit.counts) return nothing;
  const { store } = host;
  const known = await seenAt(store, place);
  const counting = new Set(keeper?.counting);
  const seenNotSo = new Set<string>();
  return {
    counting,
    since(target, counts) {
      const way = counts();
      if (way === false || way === "") {
        counting.delete(target);
        seenNotSo.add(target);
        return undefined;
      }
      const measured = measureNamed(target, way);
      counting.add(measured);
      return pretend ?? known.get(measured) ?? now;
    },
    async record(unjudged) {
      if (!record && !ends) return;
      const begun = record ? [...counting].filter((target) => !known.has(target)) : [];
      const ended = [...known.keys()].filter((target) =>
        record ? !counting.has(target) && !isOfAny(target, unjudged) : isOfAny(target, seenNotSo),
      );
      await concurrently(begun, (target) => beginSeen(store, place, target, now), { concurrency });
      await concurrently(ended, (target) => endSeen(store, place, target), { concurrency });
    },
  };
}
