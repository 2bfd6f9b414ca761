/** One unit's actions of some days, counted as they are read: there may be very many. */
import { type ActionRecord, isDone } from "../../ledger/actions.ts";
import type { PastAction, RunLines } from "../../ledger/past.ts";
import type { RunLine } from "../../ledger/runs.ts";
import type { DaysAsked, PastFailure, PastUnit } from "../../sdk/past.ts";
import { days, milliseconds } from "../../sdk/time.ts";

/** What a month has by which prices are reckoned: 365 days in twelve. */
const monthLength = milliseconds(days(365)) / 12;

/** A change that had its effect: what it saves a month, and from when on. */
interface Change {
  readonly at: number;
  readonly id: string;
  readonly perMonth: number;
  readonly unpriced: boolean;
}

interface Sums extends Pick<PastUnit, "saved" | "saves" | "results" | "underWay"> {}

/** What is taken of each action, and what it came to in the end. */
interface UnitTally {
  take(action: PastAction): void;
  /** Failures of a run of which no action is recorded. */
  unnamed(lines: RunLines, failed: number): void;
  sums(): Sums;
  /** What failed and was not done since. */
  open(): PastFailure[];
}

const targetOf = ({ account, region, target }: ActionRecord): string =>
  `${account} ${region} ${target}`;
const placeOf = ({ account, region }: Pick<RunLine, "account" | "region">): string =>
  `${account} ${region}`;

function resultIn({ output }: ActionRecord): string | undefined {
  const { result } = (output ?? {}) as { readonly result?: unknown };
  return typeof result === "string" ? result : undefined;
}

function failureOf(record: ActionRecord, at: Date): PastFailure {
  const { unit, account, region, target, name, error } = record;
  const named = name === undefined ? {} : { name };
  return { unit, account, region, target, ...named, at, error: error ?? "nobody knows why" };
}

/** @param taken when undo took back what it did, by the action's id */
export function unitTally(
  unit: string,
  { asked, taken }: { readonly asked: DaysAsked; readonly taken: ReadonlyMap<string, Date> },
): UnitTally {
  const changes = new Map<string, Change[]>();
  const failures = new Map<string, PastFailure>();
  const done = new Map<string, number>();
  const unnamed: PastFailure[] = [];
  const results = new Map<string, number>();
  let underWay = 0;

  function takeDone(record: ActionRecord, at: number): void {
    const target = targetOf(record);
    const result = resultIn(record);
    if (result !== undefined) results.set(result, (results.get(result) ?? 0) + 1);
    done.set(target, Math.max(at, done.get(target) ?? at));
    const { id, savesPerMonth, unpriced = false } = record;
    const change = { at, id, perMonth: savesPerMonth ?? 0, unpriced };
    changes.set(target, [...(changes.get(target) ?? []), change]);
  }

  return {
    take({ record, at }) {
      const { outcome } = record;
      if (at < asked.since || at >= asked.until) return;
      if (outcome === "begun" || outcome === "intended") underWay += 1;
      if (isDone(record)) takeDone(record, at.getTime());
      const before = failures.get(targetOf(record));
      if (outcome === "failed" && !(before && before.at > at))
        failures.set(targetOf(record), failureOf(record, at));
    },
    unnamed([{ run, at, account, region }], failed) {
      if (failed <= 0) return;
      const error = `${failed} of its changes failed without a record of their own: npx nightshift history ${run}`;
      unnamed.push({ unit, account, region, at, error });
    },
    sums: () => ({ underWay, results: Object.fromEntries(results), ...savedBy() }),
    open: () => [
      ...[...failures].flatMap(([target, failure]) =>
        (done.get(target) ?? 0) > failure.at.getTime() ? [] : [failure],
      ),
      ...unnamed,
    ],
  };

  function savedBy(): Pick<Sums, "saved" | "saves"> {
    let [saved, known, unpriced] = [0, 0, 0];
    for (const all of changes.values()) {
      const inOrder = all.sort((a, b) => a.at - b.at);
      for (const [index, { at, id, perMonth, unpriced: isUnpriced }] of inOrder.entries()) {
        const ends = [asked.until, taken.get(id)].map((end) => end?.getTime() ?? Infinity);
        const end = Math.min(...ends, inOrder[index + 1]?.at ?? Number.POSITIVE_INFINITY);
        saved += (perMonth * Math.max(0, end - at)) / monthLength;
        if (end < asked.until.getTime()) continue;
        known += perMonth;
        if (isUnpriced) unpriced += 1;
      }
    }
    return { saved, saves: { known, unpriced } };
  }
}

/** Runs that did not come to their end, the last of each place, where none has since. */
export function failedRunsIn(unit: string, lines: readonly RunLine[]): PastFailure[] {
  const looks = lines.filter(({ ends }) => !ends);
  const places = Map.groupBy(looks, placeOf);
  return [...places.values()].flatMap((some) => {
    const last = some.at(-1);
    if (!last?.died) return [];
    const { account, region, at, run } = last;
    const error = `its run did not come to its end: npx nightshift history ${run}`;
    return [{ unit, account, region, at, error }];
  });
}
