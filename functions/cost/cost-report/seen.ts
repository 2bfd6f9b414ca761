/** What the answers by service say, before anything is put in words. */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { utcDayBefore } from "../utc-days.ts";
import type { ListedCosts } from "./answers.ts";
import type { CostReportConfig } from "./config.ts";
import type { Charge, Cost } from "./costs.ts";
import { lastCounted } from "./last-counted.ts";
import { type JudgedDay, judgedDay, type Mover, moversOf } from "./movers.ts";

export interface SeenCosts {
  /** In one currency. */
  readonly costs: readonly Cost[];
  /** Of these, what is part of the sums. */
  readonly used: readonly Cost[];
  readonly now: Date;
  /** The days that AWS calls estimates. */
  readonly estimated: ReadonlySet<string>;
  /** The days that Cost Explorer answered, with costs or without. */
  readonly answered: ReadonlySet<string>;
  /** Pages of them were not read: days are missing, or have less than they cost. */
  readonly isCut: boolean;
  /** How many days ago the last day was that is counted to its end. */
  readonly last: number;
  /** Whether it is part of the sums. */
  counts(charge: Charge): boolean;
}

const daysOf = (results: readonly ResultByTime[]): ReadonlySet<string> =>
  new Set(results.flatMap(({ TimePeriod }) => TimePeriod?.Start ?? []));

export function seenOf(
  { results, more: isCut }: Extract<ListedCosts, { readonly more: boolean }>,
  costs: readonly Cost[],
  { now, config: { include } }: { readonly now: Date; readonly config: CostReportConfig },
): SeenCosts {
  const counts = (charge: Charge) => charge === "usage" || include.includes(charge);
  const used = costs.filter(({ charge }) => counts(charge));
  const estimated = daysOf(results.filter(({ Estimated }) => Estimated));
  const last = lastCounted(used, { now, estimated });
  return { costs, used, now, estimated, answered: daysOf(results), isCut, last, counts };
}

/** What moved on the last day that is counted; nothing where the settings judge none, or it is cut. */
export function movedOf(
  { used, now, last, answered, isCut }: SeenCosts,
  config: CostReportConfig,
): { readonly judged: JudgedDay; readonly movers: readonly Mover[] } | undefined {
  const { weeks, history } = config;
  if (weeks === 0 || isCut) return undefined;
  const judged = judgedDay(utcDayBefore(now, last), used, { weeks, answered });
  const isEnough = judged.usual.length >= history;
  const isKnown = used.some((cost) => cost.day === judged.day);
  return { judged, movers: isEnough && isKnown ? moversOf(used, judged, config) : [] };
}
