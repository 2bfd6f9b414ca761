/**
 * What Cost Explorer is asked, in the order in which it matters: each request costs money, and when
 * the settings allow no more, the rest is told as not asked.
 */
import type { GetCostAndUsageCommandInput, ResultByTime } from "@aws-sdk/client-cost-explorer";
import { getCostAndUsage, getCostForecast } from "../../../aws/ce/cost.ts";
import { type CostPage, costPages } from "../../../aws/ce/cost-pages.ts";
import { count } from "../../../sdk/counted.ts";
import type { ReportSearch, SavedByUnit } from "../../../sdk/report.ts";
import { before, days } from "../../../sdk/time.ts";
import { orUnread } from "../../../sdk/unread.ts";
import { firstOfMonth, firstOfNextMonth, utcDay, utcDayBefore } from "../utc-days.ts";
import type { CostReportConfig, costReportConfig } from "./config.ts";
import { byCurrency, type Cost, costsOf, recordTypesIn } from "./costs.ts";
import { daysCompared, daysJudged } from "./last-counted.ts";
import { type CostForecast, forecastLevel, forecastOf } from "./month-end.ts";
import { movedOf, seenOf } from "./seen.ts";

/** What a listing of costs is grouped by. */
export type CostPart = "services" | "accounts" | "tag" | "usage types";

/** An answer, or why there is none. */
export type CostAnswer =
  | { readonly part: CostPart; readonly page: CostPage }
  | { readonly part: "forecast"; readonly forecast: CostForecast | undefined }
  | { readonly part: CostPart; readonly unread: string }
  | { readonly part: "forecast"; readonly unread: string }
  | { readonly part: "saved"; readonly saved: readonly SavedByUnit[] }
  | { readonly part: "questions"; readonly asked: number };

export const costReportReads = [getCostAndUsage, getCostForecast] as const;
export type CostReportSearch = ReportSearch<typeof costReportConfig, typeof costReportReads>;

type CostRequest = Omit<GetCostAndUsageCommandInput, "NextPageToken">;

const forecastMetrics = {
  UnblendedCost: "UNBLENDED_COST",
  AmortizedCost: "AMORTIZED_COST",
  NetUnblendedCost: "NET_UNBLENDED_COST",
  NetAmortizedCost: "NET_AMORTIZED_COST",
  BlendedCost: "BLENDED_COST",
} as const satisfies Readonly<Record<CostReportConfig["metric"], string>>;

/** For so many days it is told what Nightshift's own changes save. */
export const savedDays = 7;

/** The first day that is asked for: enough for the chart, the comparisons and the month. */
export function firstAsked(now: Date, { days: length, weeks }: CostReportConfig): string {
  const first = utcDayBefore(now, Math.max(length, daysCompared, daysJudged(weeks)));
  const month = firstOfMonth(utcDayBefore(now, 1));
  return first < month ? first : month;
}

const dimension = (Key: string) => ({ Type: "DIMENSION" as const, Key });

/** `End` is exclusive: with today's date the range ends with yesterday. */
const groupedBy = (
  { now, config }: CostReportSearch,
  by: NonNullable<CostRequest["GroupBy"]>[number],
): CostRequest => ({
  TimePeriod: { Start: firstAsked(now, config), End: utcDay(now) },
  Granularity: "DAILY",
  Metrics: [config.metric],
  GroupBy: [by, dimension("RECORD_TYPE")],
});

const without = (types: readonly string[]) =>
  types.length
    ? [{ Not: { Dimensions: { Key: "RECORD_TYPE" as const, Values: [...types] } } }]
    : [];

/** Of the services that moved alone, from the first day that they are judged by. */
function usageOf(
  { config }: CostReportSearch,
  moved: NonNullable<ReturnType<typeof movedOf>>,
  leftOut: readonly string[],
): CostRequest {
  const services = moved.movers.slice(0, config.top).map(({ name }) => name);
  const { day, usual } = moved.judged;
  const ofServices = { Dimensions: { Key: "SERVICE" as const, Values: services } };
  const types = without(leftOut);
  const after = utcDay(new Date(Date.parse(day) + 86_400_000));
  return {
    TimePeriod: { Start: usual.at(-1) ?? day, End: after },
    Granularity: "DAILY",
    Metrics: [config.metric],
    Filter: types.length ? { And: [ofServices, ...types] } : ofServices,
    GroupBy: [dimension("USAGE_TYPE"), dimension("SERVICE")],
  };
}

/** What the requests of one report share. */
interface Asking {
  readonly search: CostReportSearch;
  /** How many requests were sent: each page is one. */
  sent: number;
  /** How many questions they were about. */
  asked: number;
}

const left = ({ search, sent }: Asking): number => search.config.pages - sent;

function notAsked<P extends CostPart | "forecast">({ search }: Asking, part: P) {
  const { pages } = search.config;
  return {
    part,
    unread: `it was not asked: the settings allow ${count(pages, "request")}. Raise units.cost-report.config.pages.`,
  };
}

function pagesOf(asking: Asking, request: CostRequest): AsyncGenerator<CostPage> {
  asking.asked += 1;
  const ask = (token: { readonly NextPageToken?: string }) => {
    asking.sent += 1;
    return asking.search.read(getCostAndUsage({ ...request, ...token }));
  };
  return costPages(ask, left(asking));
}

/** One that fails keeps nobody from what is known without it. */
async function beside(
  asking: Asking,
  part: CostPart,
  request: CostRequest,
): Promise<readonly CostAnswer[]> {
  if (left(asking) < 1) return [notAsked(asking, part)];
  const pages = await orUnread(Array.fromAsync(pagesOf(asking, request)));
  if ("unreadable" in pages) return [{ part, unread: pages.unreadable }];
  return pages.map((page) => ({ part, page }));
}

async function toMonthEnd(asking: Asking, leftOut: readonly string[]): Promise<CostAnswer> {
  const part = "forecast";
  if (left(asking) < 1) return notAsked(asking, part);
  const { read, now, config } = asking.search;
  const [Filter] = without(leftOut);
  asking.sent += 1;
  asking.asked += 1;
  const answering = read(
    getCostForecast({
      TimePeriod: { Start: utcDay(now), End: firstOfNextMonth(now) },
      Metric: forecastMetrics[config.metric],
      Granularity: "MONTHLY",
      PredictionIntervalLevel: forecastLevel,
      ...(Filter && { Filter }),
    }),
  );
  const answer = await orUnread(answering.then((found) => ({ found })));
  if ("unreadable" in answer) return { part, unread: answer.unreadable };
  return { part, forecast: answer.found && forecastOf(answer.found) };
}

/** What is asked once the costs of the services are known. */
async function* besideServices(
  asking: Asking,
  listing: { readonly results: readonly ResultByTime[]; readonly more: boolean },
  costs: readonly Cost[],
): AsyncGenerator<CostAnswer> {
  const { search } = asking;
  const { config, now } = search;
  const seen = seenOf(listing, costs, { now, config });
  const leftOut = recordTypesIn(listing.results, (charge) => !seen.counts(charge));
  if (config.forecast) yield await toMonthEnd(asking, leftOut);
  if (config.accounts) {
    const byAccount = groupedBy(search, dimension("LINKED_ACCOUNT"));
    yield* await beside(asking, "accounts", byAccount);
  }
  if (config.tag !== undefined) {
    const byTag = groupedBy(search, { Type: "TAG", Key: config.tag });
    yield* await beside(asking, "tag", byTag);
  }
  const moved = movedOf(seen, config);
  if (moved?.movers.length)
    yield* await beside(asking, "usage types", usageOf(search, moved, leftOut));
}

/** Services first: without them nothing else is asked. */
export async function* costAnswers(search: CostReportSearch): AsyncGenerator<CostAnswer> {
  const asking: Asking = { search, sent: 0, asked: 0 };
  const results: ResultByTime[] = [];
  let more = false;
  for await (const page of pagesOf(asking, groupedBy(search, dimension("SERVICE")))) {
    yield { part: "services", page };
    if ("unavailable" in page) return;
    results.push(...page.results);
    more = page.more;
  }
  const [main] = byCurrency(costsOf(results, search.config.metric));
  if (main) yield* besideServices(asking, { results, more }, main[1]);
  const saved = await search.saved?.(before(search.now, days(savedDays)));
  if (saved?.length) yield { part: "saved", saved };
  yield { part: "questions", asked: asking.asked };
}
