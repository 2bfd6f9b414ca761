/**
 * What moved: the last day that is counted against the mean of the same weekday of the weeks before.
 * Not against the day before: a Saturday costs less than a Friday in every week.
 */

import { utcDay } from "../utc-days.ts";
import { nothing } from "./amounts.ts";
import { type Cost, costIn } from "./costs.ts";

/** A day, and the days that it is judged by. */
export interface JudgedDay {
  readonly day: string;
  /** The same weekday of the weeks before, as far as its costs are known; the latest first. */
  readonly usual: readonly string[];
}

export interface Mover {
  readonly name: string;
  readonly amount: number;
  /** The mean of the same weekdays. */
  readonly usual: number;
}

/** By how much it must differ. */
export interface MoverLimits {
  /** In the currency of the costs. */
  readonly moved: number;
  readonly percent: number;
}

const weekMilliseconds = 7 * 86_400_000;

/**
 * @param used of the whole account: what it knows nothing of was before its first cost, or was not answered
 * @param answered days that Cost Explorer answered, with costs or without
 */
export function judgedDay(
  day: string,
  used: readonly Cost[],
  { weeks, answered }: { readonly weeks: number; readonly answered: ReadonlySet<string> },
): JudgedDay {
  const first = used.reduce((earliest, cost) => (cost.day < earliest ? cost.day : earliest), day);
  const before = Array.from({ length: weeks }, (_, at) =>
    utcDay(new Date(Date.parse(day) - (at + 1) * weekMilliseconds)),
  );
  return { day, usual: before.filter((each) => each >= first && answered.has(each)) };
}

/** The largest difference first. None of a day that there is nothing to judge by. */
export function moversOf(
  used: readonly Cost[],
  { day, usual }: JudgedDay,
  { moved, percent }: MoverLimits,
): Mover[] {
  if (!usual.length) return [];
  const meanOf = (costs: readonly Cost[]) =>
    usual.reduce((sum, each) => sum + costIn(costs, each, each), 0) / usual.length;
  const all = [...Map.groupBy(used, ({ name }) => name)].map(([name, costs]) => ({
    name,
    amount: costIn(costs, day, day),
    usual: meanOf(costs),
  }));
  const change = (mover: Mover) => Math.abs(mover.amount - mover.usual);
  return all
    .filter((mover) => change(mover) >= moved - nothing)
    .filter((mover) => change(mover) * 100 >= percent * Math.abs(mover.usual))
    .sort((a, b) => change(b) - change(a) || a.name.localeCompare(b.name));
}
