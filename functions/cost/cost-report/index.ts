/**
 * Tells what the account costs, by day and by service, so that a change is seen on the next morning
 * and not on the bill. Cost Explorer counts in UTC days and knows a day only when it is over:
 * everything here ends with yesterday, and weeks are compared up to the last day that is counted.
 *
 * Tax, support, upfront and monthly fees are billed on one day, credits and refunds are given back:
 * they are no part of the sums, and the report says how much they are.
 */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import * as z from "zod/mini";
import { getCostAndUsage } from "../../../aws/ce/cost.ts";
import { type CostPage, costPages } from "../../../aws/ce/cost-pages.ts";
import type { Message } from "../../../sdk/message.ts";
import { report } from "../../../sdk/report.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { byCurrency, type Charge, type Cost, costIn, costsOf } from "./costs.ts";

const metrics = [
  "UnblendedCost",
  "AmortizedCost",
  "NetUnblendedCost",
  "NetAmortizedCost",
  "BlendedCost",
] as const;
const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(14), z.lte(365)), 30)
    .check(z.describe("How far back the chart goes; two weeks are needed to compare.")),
  top: z
    ._default(z.int().check(z.gte(1), z.lte(20)), 5)
    .check(z.describe("How many services are named.")),
  metric: z
    ._default(z.enum(metrics), "UnblendedCost")
    .check(z.describe("Which of Cost Explorer's costs.")),
  pages: z
    ._default(z.int().check(z.gte(1), z.lte(100)), 10)
    .check(
      z.describe(
        "Pages to read at most; each costs $0.01. When that is not enough, the report says so.",
      ),
    ),
});

/** `2026-11-21`, in UTC: what Cost Explorer calls a day. */
const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
const daysBefore = (at: Date, count: number): string => dayOf(before(at, days(count)));
const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

/** The first day that is asked for: enough for the chart, the comparison and the month. */
function firstDay(now: Date, length: number): string {
  const first = daysBefore(now, Math.max(length, daysCompared));
  const month = firstOfMonth(daysBefore(now, 1));
  return first < month ? first : month;
}

/** Below this an amount is shown as nothing. */
const nothing = 0.005;

/** "+12 %"; nothing where there is no percentage: of nothing, and of what was given back. */
function share(now: number, then: number): string | undefined {
  if (Math.abs(now) < nothing && Math.abs(then) < nothing) return "unchanged";
  if (now <= -nothing || then < nothing) return undefined;
  const percent = Math.round((now / then - 1) * 100);
  if (percent === 0) return "unchanged";
  return percent > 0 ? `+${percent} %` : `−${-percent} %`;
}

/** Of one service, beside what it cost. */
function change(now: number, then: number, money: Money): string {
  const isNew = now > -nothing && Math.abs(then) < nothing;
  return share(now, then) ?? (isNew ? "new" : `${money(then)} the week before`);
}

type Money = (amount: number) => string;

const decimals = new Intl.NumberFormat("en-GB", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const moneyIn =
  (currency: string): Money =>
  (amount) => {
    const sign = amount <= -nothing ? "−" : "";
    return `${sign}${decimals.format(Math.abs(amount))} ${currency}`;
  };

const inEnglish = (day: string, form: Intl.DateTimeFormatOptions): string =>
  new Date(day).toLocaleDateString("en-GB", { ...form, timeZone: "UTC" });
const monthName = (day: string): string => inEnglish(day, { month: "long" });
const dayName = (day: string): string => inEnglish(day, { day: "numeric", month: "long" });

const none = (why: string): Message => ({
  title: `There is no cost report: ${why}`,
  severity: "warning",
});

/** @param results days of which none has a cost, or no days at all */
function withoutCosts(results: readonly ResultByTime[], length: number): Message {
  const since = "It takes about a day after it is first enabled.";
  if (!results.length)
    return none(`Cost Explorer knows of no costs in the last ${length} days. ${since}`);
  // Not worth a warning each morning: an account may well cost nothing.
  return {
    title: `There is no cost report: the account cost nothing in the last ${length} days`,
    severity: "info",
    facts: { "If it did": `Cost Explorer names no service in any of these days. ${since}` },
  };
}

/** What is told, in one currency. */
interface Telling {
  readonly costs: readonly Cost[];
  readonly money: Money;
  readonly now: Date;
  /** The first day that was asked for. */
  readonly first: string;
  /** How many services are named. */
  readonly top: number;
  /** The days that AWS calls estimates. */
  readonly estimated: ReadonlySet<string>;
}

/** Days that may still be counted: AWS takes up to two. */
const mostUncounted = 2;
/** Two weeks that end before those. */
const daysCompared = 14 + mostUncounted;

/**
 * How many days ago the last day was that is counted to its end. One is not that is missing, or
 * that AWS calls an estimate and that has less than half of what the week before it had a day, and
 * of what that day of the week had then: many accounts cost little on a Sunday.
 */
function lastCounted(used: readonly Cost[], { now, estimated }: Telling): number {
  for (let ago = 1; ago <= mostUncounted + 1; ago += 1) {
    const day = daysBefore(now, ago);
    const [weekAgo, dayAgo] = [daysBefore(now, ago + 7), daysBefore(now, ago + 1)];
    const usual = Math.min(costIn(used, weekAgo, dayAgo) / 7, costIn(used, weekAgo, weekAgo));
    const isKnown = used.some((cost) => cost.day === day);
    if (isKnown && !(estimated.has(day) && costIn(used, day, day) < usual / 2)) return ago;
  }
  return 1;
}

const words: Readonly<Record<Exclude<Charge, "usage">, string>> = {
  tax: "tax",
  support: "support",
  fees: "upfront and monthly fees",
  credits: "credits and refunds",
};

/** What is no part of the sums, and what they would be with it. */
function leftOut({ costs, money, now, first }: Telling): string | undefined {
  const yesterday = daysBefore(now, 1);
  const parts = (["tax", "support", "fees", "credits"] as const).flatMap((charge) => {
    const some = costs.filter((cost) => cost.charge === charge);
    return some.length ? [`${words[charge]} ${money(costIn(some, first, yesterday))}`] : [];
  });
  if (!parts.length) return undefined;
  const whole = money(costIn(costs, firstOfMonth(yesterday), yesterday));
  return `${parts.join(", ")} since ${first}; with them ${whole} in ${monthName(yesterday)}`;
}

/** By service, the largest week first. */
function byService(
  used: readonly Cost[],
  week: (costs: readonly Cost[]) => number,
): readonly (readonly [service: string, costs: readonly Cost[]])[] {
  return [...Map.groupBy(used, ({ service }) => service)].sort(
    ([a, some], [b, others]) => week(others) - week(some) || a.localeCompare(b),
  );
}

function told(telling: Telling): Pick<Message, "title"> & { facts: Record<string, string> } {
  const { costs, money, now, top, estimated } = telling;
  const used = costs.filter(({ charge }) => charge === "usage");
  const last = lastCounted(used, telling);
  const week = (some: readonly Cost[]) =>
    costIn(some, daysBefore(now, last + 6), daysBefore(now, last));
  const weekBefore = (some: readonly Cost[]) =>
    costIn(some, daysBefore(now, last + 13), daysBefore(now, last + 7));
  const changed = (some: readonly Cost[]) => change(week(some), weekBefore(some), money);
  const compared = (some: readonly Cost[]) => `${money(week(some))}, ${changed(some)}`;

  const services = byService(used, week);
  const facts: Record<string, string> = {};
  for (const [service, some] of services.slice(0, top)) facts[service] = compared(some);
  const others = services.slice(top).flatMap(([, some]) => some);
  if (others.length) facts["All others"] = compared(others);

  const yesterday = daysBefore(now, 1);
  const end = dayName(daysBefore(now, last));
  if (last > 1)
    facts["Still counted"] =
      `${dayName(yesterday)}, for another day or so: weeks are compared up to ${end}`;
  const without = leftOut(telling);
  if (without) facts["Left out"] = without;
  const firstEstimate = [...estimated].sort()[0];
  if (firstEstimate)
    facts.Estimated = `from ${firstEstimate} on: AWS may correct it until the bill is final`;

  const month = firstOfMonth(yesterday);
  const soFar = firstOfMonth(dayOf(now)) === month ? " so far" : "";
  const ofMonth = `${money(costIn(used, month, yesterday))} in ${monthName(yesterday)}${soFar}`;
  const days = last === 1 ? "the last 7 days" : `the 7 days to ${end}`;
  const percent = share(week(used), weekBefore(used));
  const comparison =
    percent === undefined
      ? `${money(week(used))}, ${money(weekBefore(used))} the week before`
      : `${percent} against the week before`;
  return {
    title: `AWS cost ${withYesterday(ofMonth, used, telling, last)}; ${days} ${comparison}`,
    facts,
  };
}

function withYesterday(
  ofMonth: string,
  used: readonly Cost[],
  { now, money }: Telling,
  last: number,
): string {
  const yesterday = daysBefore(now, 1);
  if (!used.some(({ day }) => day === yesterday))
    return `${ofMonth}, without yesterday, which is not known yet`;
  const amount = money(costIn(used, yesterday, yesterday));
  const isCounted = last === 1 ? "" : ", which is still counted,";
  return `${amount} yesterday${isCounted} and ${ofMonth}`;
}

/** What is paid in currencies beside the one that the report is in. */
const inOthers = (
  others: readonly (readonly [currency: string, costs: readonly Cost[]])[],
  first: string,
): string => {
  const amounts = others.map(([currency, costs]) => moneyIn(currency)(costIn(costs, first, "9")));
  return `${amounts.join(", ")} since ${first}, in none of these sums`;
};

export default report({
  id: "cost-report",
  family: "cost",
  summary: "Reports what the account cost yesterday, this month and by service",
  scope: "global",
  on: [sweep("cron(0 7 * * ? *)", { window: minutes(30) })],
  config,
  reads: [getCostAndUsage],

  async *find({ read, now, config: { days: length, metric, pages } }): AsyncGenerator<CostPage> {
    const request = {
      // `End` is exclusive: with today's date the range ends with yesterday.
      TimePeriod: { Start: firstDay(now, length), End: dayOf(now) },
      Granularity: "DAILY" as const,
      Metrics: [metric],
      GroupBy: [
        { Type: "DIMENSION" as const, Key: "SERVICE" },
        { Type: "DIMENSION" as const, Key: "RECORD_TYPE" },
      ],
    };
    const ask = (token: { readonly NextPageToken?: string }) =>
      read(getCostAndUsage({ ...request, ...token }));
    yield* costPages(ask, pages);
  },

  tell(found, { now, config: { top, days: length, metric, pages } }) {
    const results: ResultByTime[] = [];
    let more: boolean | undefined;
    for (const page of found) {
      if ("unavailable" in page) return none(page.unavailable);
      results.push(...page.results);
      more = page.more;
    }
    const [main, ...others] = byCurrency(costsOf(results, metric));
    if (!main) return withoutCosts(results, length);
    const [currency, costs] = main;
    const first = firstDay(now, length);
    const estimates = results.flatMap(({ Estimated, TimePeriod }) =>
      Estimated && TimePeriod?.Start ? [TimePeriod.Start] : [],
    );
    const estimated = new Set(estimates);
    const money = moneyIn(currency);
    const { title, facts } = told({ costs, money, now, first, top, estimated });
    if (others.length) facts["Other currencies"] = inOthers(others, first);
    if (more)
      facts.Incomplete = `only the first ${pages} pages were read, so the sums are too small. Raise units.cost-report.config.pages.`;
    const used = costs.filter(({ charge }) => charge === "usage");
    const points = Array.from({ length }, (_, at) => daysBefore(now, length - at)).map(
      (day) => [new Date(day), Math.round(costIn(used, day, day) * 100) / 100] as const,
    );
    return {
      title,
      severity: "info",
      facts,
      chart: { title: `AWS cost by day, ${currency}`, unit: currency, points },
    };
  },
});
