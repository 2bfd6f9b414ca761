/**
 * Tells what the account costs, by day and by service, so that a change is seen on the next morning
 * and not on the bill. Cost Explorer counts in UTC days and knows a day only when it is over:
 * everything here ends with yesterday.
 */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import * as z from "zod/mini";
import { getCostAndUsage } from "../../../aws/ce/cost.ts";
import type { Message } from "../../../sdk/message.ts";
import { report } from "../../../sdk/report.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";

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

/** A page of Cost Explorer's answer, or why there is none. */
export type Page =
  | { readonly results: readonly ResultByTime[]; readonly more: boolean }
  | { readonly unavailable: string };

/** What one service cost on one day. */
interface Cost {
  readonly day: string;
  readonly service: string;
  readonly amount: number;
  readonly currency: string;
}

/** `2026-11-21`, in UTC: what Cost Explorer calls a day. */
const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
const daysBefore = (at: Date, count: number): string => dayOf(before(at, days(count)));
const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

const costsOf = (results: readonly ResultByTime[], metric: string): Cost[] =>
  results.flatMap(({ TimePeriod, Groups = [] }) =>
    Groups.map(({ Keys: [service = "other"] = [], Metrics }) => ({
      day: TimePeriod?.Start ?? "",
      service,
      amount: Number(Metrics?.[metric]?.Amount ?? 0),
      currency: Metrics?.[metric]?.Unit ?? "",
    })),
  );

/** Both days included. */
const sum = (costs: readonly Cost[], from: string, to: string): number =>
  costs.reduce((total, { day, amount }) => (day >= from && day <= to ? total + amount : total), 0);

/** "+12 %", or why there is no percentage. */
function change(now: number, then: number): string {
  if (then < 0.005) return now < 0.005 ? "unchanged" : "new";
  const percent = Math.round((now / then - 1) * 100);
  if (percent === 0) return "unchanged";
  return percent > 0 ? `+${percent} %` : `−${-percent} %`;
}

const decimals = new Intl.NumberFormat("en-GB", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const monthName = (day: string): string =>
  new Date(day).toLocaleDateString("en-GB", { month: "long", timeZone: "UTC" });

/**
 * IAM's own denials are errors like any; these two say that there is nothing to read, whoever asks.
 */
const disabled = /not enabled for cost explorer|doesn't have access to cost explorer/i;

const none = (why: string): Message => ({
  title: `There is no cost report: ${why}`,
  severity: "warning",
});

export default report({
  id: "cost-report",
  family: "cost",
  summary: "Reports what the account cost yesterday, this month and by service",
  scope: "global",
  on: [sweep("cron(0 7 * * ? *)", { window: minutes(30) })],
  config,
  reads: [getCostAndUsage],

  async *find({ read, now, config: { days: length, metric, pages } }): AsyncGenerator<Page> {
    const first = daysBefore(now, length);
    const month = firstOfMonth(daysBefore(now, 1));
    const request = {
      // `End` is exclusive: with today's date the range ends with yesterday.
      TimePeriod: { Start: first < month ? first : month, End: dayOf(now) },
      Granularity: "DAILY" as const,
      Metrics: [metric],
      GroupBy: [{ Type: "DIMENSION" as const, Key: "SERVICE" }],
    };
    let NextPageToken: string | undefined;
    for (let page = 0; page < pages; page += 1) {
      try {
        const answer = await read(
          getCostAndUsage({ ...request, ...(NextPageToken && { NextPageToken }) }),
        );
        NextPageToken = answer?.NextPageToken;
        yield answer
          ? { results: answer.ResultsByTime ?? [], more: NextPageToken !== undefined }
          : {
              unavailable:
                "Cost Explorer has no data yet. It takes about a day after it is first enabled.",
            };
      } catch (error) {
        if (!(error instanceof Error && disabled.test(error.message))) throw error;
        yield {
          unavailable:
            "Cost Explorer is not enabled for this account. Enable it in the Billing console, or in the management account for its members.",
        };
      }
      if (!NextPageToken) return;
    }
  },

  tell(found, { now, config: { top, days: length, metric, pages } }) {
    const results: ResultByTime[] = [];
    let more: boolean | undefined;
    for (const page of found) {
      if ("unavailable" in page) return none(page.unavailable);
      results.push(...page.results);
      more = page.more;
    }
    const costs = costsOf(results, metric);
    const currency = costs.find((cost) => cost.currency)?.currency;
    if (!currency)
      return none(
        `Cost Explorer knows of no costs in the last ${length} days. It takes about a day after it is first enabled.`,
      );

    const yesterday = daysBefore(now, 1);
    const money = (amount: number) => `${decimals.format(amount)} ${currency}`;
    const week = (of: readonly Cost[]) => sum(of, daysBefore(now, 7), yesterday);
    const weekBefore = (of: readonly Cost[]) => sum(of, daysBefore(now, 14), daysBefore(now, 8));
    const compared = (of: readonly Cost[]) =>
      `${money(week(of))}, ${change(week(of), weekBefore(of))}`;

    const services = [...Map.groupBy(costs, ({ service }) => service)].sort(
      ([a, one], [b, other]) => week(other) - week(one) || a.localeCompare(b),
    );
    const others = services.slice(top).flatMap(([, of]) => of);
    const ofYesterday = costs.some(({ day }) => day === yesterday)
      ? money(sum(costs, yesterday, yesterday))
      : "a sum not known yet";
    const month = `${money(sum(costs, firstOfMonth(yesterday), yesterday))} in ${monthName(yesterday)}${firstOfMonth(dayOf(now)) === firstOfMonth(yesterday) ? " so far" : ""}`;
    return {
      title: `AWS cost ${ofYesterday} yesterday and ${month}; the last 7 days ${change(week(costs), weekBefore(costs))} against the week before`,
      severity: "info",
      facts: {
        ...Object.fromEntries(
          services.slice(0, top).map(([service, of]) => [service, compared(of)]),
        ),
        ...(others.length > 0 && { "All others": compared(others) }),
        ...(more && {
          Incomplete: `only the first ${pages} pages were read, so the sums are too small. Raise units.cost-report.config.pages.`,
        }),
      },
      chart: {
        title: `AWS cost by day, ${currency}`,
        unit: currency,
        points: Array.from({ length }, (_, at) => daysBefore(now, length - at)).map(
          (day) => [new Date(day), Math.round(sum(costs, day, day) * 100) / 100] as const,
        ),
      },
    };
  },
});
