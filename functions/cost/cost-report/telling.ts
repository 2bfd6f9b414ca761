/** What the parts of the report have in common: how its amounts are said. */

import { utcDayBefore } from "../utc-days.ts";
import { type InCurrency, weekChange } from "./amounts.ts";
import type { CostReportConfig } from "./config.ts";
import { type Cost, costIn } from "./costs.ts";
import type { SeenCosts } from "./seen.ts";

export interface TellingCosts extends SeenCosts {
  readonly money: InCurrency;
  readonly currency: string;
  /** The first day that was asked for. */
  readonly first: string;
  readonly config: CostReportConfig;
}

/** The seven days that end with the last that is counted. */
export const weekOf = (costs: readonly Cost[], { now, last }: TellingCosts): number =>
  costIn(costs, utcDayBefore(now, last + 6), utcDayBefore(now, last));
export const weekBeforeOf = (costs: readonly Cost[], { now, last }: TellingCosts): number =>
  costIn(costs, utcDayBefore(now, last + 13), utcDayBefore(now, last + 7));

/** `84.00 USD, +20 %` */
export function comparedWeeks(costs: readonly Cost[], telling: TellingCosts): string {
  const [week, before] = [weekOf(costs, telling), weekBeforeOf(costs, telling)];
  if (telling.isCut) return `${telling.money(week)} at least`;
  return `${telling.money(week)}, ${weekChange(week, before, telling.money)}`;
}

/** By name, the largest week first. */
export function byWeek(
  used: readonly Cost[],
  telling: TellingCosts,
): readonly (readonly [name: string, costs: readonly Cost[]])[] {
  return [...Map.groupBy(used, ({ name }) => name)].sort(
    ([a, some], [b, others]) =>
      weekOf(others, telling) - weekOf(some, telling) || a.localeCompare(b),
  );
}
