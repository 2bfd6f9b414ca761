/** What Cost Explorer is asked of what was bought ahead: few requests, as each costs money. */
import type { GetReservationUtilizationCommandOutput } from "@aws-sdk/client-cost-explorer";
import * as z from "zod/mini";
import {
  getReservationCoverage,
  getReservationUtilization,
  getSavingsPlansCoverage,
  getSavingsPlansUtilizationDetails,
} from "../../../aws/ce/commitments.ts";
import { whyWithoutCostExplorer } from "../../../aws/ce/cost-pages.ts";
import { inOneLine, isSystems, NotPossible } from "../../../sdk/errors.ts";
import type { ReportSearch } from "../../../sdk/report.ts";
import { utcDayBefore } from "../utc-days.ts";
import { amountIn, type Commitment, reservation, savingsPlan } from "./commitment.ts";

/** As Cost Explorer names them: it knows reservations of no others, and asks for one at a time. */
export const reservableServices = [
  "Amazon Elastic Compute Cloud - Compute",
  "Amazon Relational Database Service",
  "Amazon ElastiCache",
  "Amazon Redshift",
  "Amazon Elasticsearch Service",
] as const;

/** Names that others ask Cost Explorer by, and its documentation does not list. */
const alsoNamed = ["Amazon OpenSearch Service", "Amazon MemoryDB"] as const;

export const commitmentsConfig = z
  .strictObject({
    days: z
      ._default(z.int().check(z.gte(7), z.lte(90)), 30)
      .check(z.describe("Over how many days use is measured.")),
    used: z
      ._default(z.number().check(z.gte(0), z.lte(100)), 90)
      .check(z.describe("What is used to fewer percent is told as a warning.")),
    expires: z
      ._default(z.int().check(z.gte(1), z.lte(365)), 30)
      .check(z.describe("What ends within so many days is told as a warning.")),
    services: z
      ._default(z.array(z.enum([...reservableServices, ...alsoNamed])), [...reservableServices])
      .check(
        z.describe(
          "Services whose reservations are asked for: one request each, two where there are any. Reservations of OpenSearch may go by `Amazon OpenSearch Service` and not by the name that AWS documents, those of MemoryDB by `Amazon MemoryDB`: name these too where you have such.",
        ),
      ),
    pages: z
      ._default(z.int().check(z.gte(1), z.lte(200)), 30)
      .check(
        z.describe(
          "Requests to Cost Explorer at most; each costs $0.01. When that is not enough, the report says so.",
        ),
      ),
  })
  .check(z.refine(({ services }) => new Set(services).size === services.length, "names one twice"));
export type CommitmentsConfig = z.output<typeof commitmentsConfig>;

export const commitmentReads = [
  getSavingsPlansUtilizationDetails,
  getSavingsPlansCoverage,
  getReservationUtilization,
  getReservationCoverage,
] as const;
export type CommitmentSearch = ReportSearch<typeof commitmentsConfig, typeof commitmentReads>;

/** How much of what they could be for the commitments were for. */
export interface Coverage {
  /** In percent; nothing: AWS does not say. */
  readonly covered: number | undefined;
  /** What was paid on demand beside it: in the currency of the bill, or in hours. */
  readonly onDemand: number | undefined;
}

/** Savings Plans, or the reservations of one service. */
export interface BoughtAhead {
  readonly of: string;
  readonly commitments: readonly Commitment[];
  /** Of all together, in percent. */
  readonly used: number | undefined;
  readonly coverage: Coverage | { readonly unread: string } | undefined;
  /** Not all of it was read. */
  readonly more: boolean;
}

export type CommitmentAnswer =
  | { readonly bought: BoughtAhead }
  | { readonly of: string; readonly none: true }
  | { readonly of: string; readonly unread: string }
  | { readonly unavailable: string }
  | { readonly sent: number };

interface Asking {
  readonly search: CommitmentSearch;
  sent: number;
}

async function asked<T>(asking: Asking, reading: () => Promise<T>): Promise<T> {
  const { pages } = asking.search.config;
  if (asking.sent >= pages)
    throw new NotPossible(
      `it was not asked: the settings allow ${pages} requests. Raise units.savings-plans-and-reservations.config.pages`,
    );
  asking.sent += 1;
  return reading();
}

interface Listed<P> {
  readonly pages: readonly P[];
  readonly more: boolean;
}

/** @param ask for the page that a token names; nothing: there is none of it */
async function listed<P>(
  asking: Asking,
  ask: (token: string | undefined) => Promise<P | undefined>,
  tokenOf: (page: P) => string | undefined,
): Promise<Listed<P>> {
  const pages: P[] = [];
  let token: string | undefined;
  do {
    if (pages.length && asking.sent >= asking.search.config.pages) return { pages, more: true };
    const page = await asked(asking, () => ask(token));
    if (!page) break;
    pages.push(page);
    token = tokenOf(page);
  } while (token);
  return { pages, more: false };
}

/** The days of the last two may still be counted: use of them would look too low. */
const daysNotCounted = 1;
const periodOf = ({ now, config: { days } }: CommitmentSearch) => ({
  Start: utcDayBefore(now, days + daysNotCounted),
  // Exclusive.
  End: utcDayBefore(now, daysNotCounted),
});

const withToken = (NextToken: string | undefined) => (NextToken ? { NextToken } : {});

/**
 * What is about one listing alone keeps nobody from the others.
 * @returns why it could not be read
 * @throws what is the system's error: the run fails, and is tried again
 */
function whyUnread(error: unknown): string {
  if (isSystems(error) && !(error instanceof NotPossible)) throw error;
  return inOneLine(error);
}

async function orUnreadCoverage(
  reading: Promise<Coverage | undefined>,
): Promise<BoughtAhead["coverage"]> {
  try {
    return await reading;
  } catch (error) {
    return { unread: whyUnread(error) };
  }
}

async function plansCoverage(asking: Asking): Promise<Coverage | undefined> {
  const { read } = asking.search;
  const request = { TimePeriod: periodOf(asking.search), Granularity: "MONTHLY" as const };
  const { pages } = await listed(
    asking,
    (token) => read(getSavingsPlansCoverage({ ...request, ...withToken(token) })),
    ({ NextToken }) => NextToken,
  );
  const all = pages.flatMap(({ SavingsPlansCoverages = [] }) => SavingsPlansCoverages);
  const sums = all.map(({ Coverage: part }) => ({
    covered: amountIn(part?.SpendCoveredBySavingsPlans),
    onDemand: amountIn(part?.OnDemandCost),
  }));
  if (!sums.length) return undefined;
  const spend = sums.reduce((sum, part) => sum + (part.covered ?? Number.NaN), 0);
  const onDemand = sums.reduce((sum, part) => sum + (part.onDemand ?? Number.NaN), 0);
  const coverable = spend + onDemand;
  if (!Number.isFinite(coverable)) return { covered: undefined, onDemand: undefined };
  return { covered: coverable > 0 ? (spend / coverable) * 100 : undefined, onDemand };
}

async function plans(asking: Asking): Promise<BoughtAhead | undefined> {
  const { read } = asking.search;
  const request = { TimePeriod: periodOf(asking.search), MaxResults: 100 };
  const { pages, more } = await listed(
    asking,
    (token) => read(getSavingsPlansUtilizationDetails({ ...request, ...withToken(token) })),
    ({ NextToken }) => NextToken,
  );
  const details = pages.flatMap((page) => page.SavingsPlansUtilizationDetails ?? []);
  if (!details.length) return undefined;
  return {
    of: "Savings Plans",
    commitments: details.map(savingsPlan),
    used: amountIn(pages[0]?.Total?.Utilization?.UtilizationPercentage),
    coverage: await orUnreadCoverage(plansCoverage(asking)),
    more,
  };
}

const ofService = (service: string) => ({
  Dimensions: { Key: "SERVICE" as const, Values: [service] },
});

async function reservationCoverage(asking: Asking, service: string): Promise<Coverage | undefined> {
  const { read } = asking.search;
  const request = {
    TimePeriod: periodOf(asking.search),
    Granularity: "MONTHLY" as const,
    Filter: ofService(service),
  };
  const answer = await asked(asking, () => read(getReservationCoverage(request)));
  const hours = answer?.Total?.CoverageHours;
  return (
    hours && {
      covered: amountIn(hours.CoverageHoursPercentage),
      onDemand: amountIn(hours.OnDemandHours),
    }
  );
}

const reservationsIn = (
  pages: readonly GetReservationUtilizationCommandOutput[],
  service: string,
): Commitment[] =>
  pages
    .flatMap(({ UtilizationsByTime = [] }) => UtilizationsByTime)
    .flatMap(({ Groups = [] }) => Groups)
    .map((group) => reservation(group, service));

async function reservations(asking: Asking, service: string): Promise<BoughtAhead | undefined> {
  const { read } = asking.search;
  const request = {
    TimePeriod: periodOf(asking.search),
    Filter: ofService(service),
    GroupBy: [{ Type: "DIMENSION" as const, Key: "SUBSCRIPTION_ID" }],
  };
  const { pages, more } = await listed(
    asking,
    (token) =>
      read(getReservationUtilization({ ...request, ...(token && { NextPageToken: token }) })),
    ({ NextPageToken }) => NextPageToken,
  );
  const commitments = reservationsIn(pages, service);
  if (!commitments.length) return undefined;
  return {
    of: `reservations of ${service}`,
    commitments,
    used: amountIn(pages[0]?.Total?.UtilizationPercentage),
    coverage: await orUnreadCoverage(reservationCoverage(asking, service)),
    more,
  };
}

async function answered(
  of: string,
  reading: Promise<BoughtAhead | undefined>,
): Promise<CommitmentAnswer> {
  try {
    const bought = await reading;
    return bought ? { bought } : { of, none: true };
  } catch (error) {
    const unavailable = whyWithoutCostExplorer(error);
    return unavailable === undefined ? { of, unread: whyUnread(error) } : { unavailable };
  }
}

/** One that fails keeps nobody from the others. */
export async function* commitmentAnswers(
  search: CommitmentSearch,
): AsyncGenerator<CommitmentAnswer> {
  const asking: Asking = { search, sent: 0 };
  const first = await answered("Savings Plans", plans(asking));
  yield first;
  if ("unavailable" in first) return;
  for (const service of search.config.services)
    yield await answered(`reservations of ${service}`, reservations(asking, service));
  yield { sent: asking.sent };
}
