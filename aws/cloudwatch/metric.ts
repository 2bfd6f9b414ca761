import {
  CloudWatchClient,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
  paginateGetMetricData,
} from "@aws-sdk/client-cloudwatch";
import { paged } from "../../sdk/call.ts";

const isFailure = new Set<string | undefined>(["InternalError", "Forbidden"]);

/** A call takes so many queries. */
const mostQueries = 500;
/**
 * Points that are asked at once: a third of what CloudWatch puts on a page, so that the answer comes
 * well within the time of one request (a hundred queries of 14 days by the hour).
 */
const mostPoints = 33_600;

/** How many points a query can answer with. */
function pointsOf({ MetricStat, Period }: MetricDataQuery, seconds: number): number {
  return Math.max(1, Math.ceil(seconds / (MetricStat?.Period ?? Period ?? 60)));
}

/** Queries that are computed from others must stay with them. */
function queriesAtOnce({
  MetricDataQueries: queries = [],
  StartTime,
  EndTime,
}: GetMetricDataCommandInput): number | "whole" {
  if (queries.some(({ Expression }) => Expression !== undefined)) return "whole";
  const seconds = ((EndTime?.getTime() ?? 0) - (StartTime?.getTime() ?? 0)) / 1000;
  const most = Math.max(1, ...queries.map((query) => pointsOf(query, seconds)));
  return Math.min(mostQueries, Math.floor(mostPoints / most));
}

/**
 * As many queries as there are: they are asked in pieces that answer in time, and a piece that does
 * not is halved. The points of one query may be spread over several items: a page holds at most
 * 100,800 of them.
 */
export const getMetricData = paged(
  "cloudwatch:GetMetricData",
  CloudWatchClient,
  paginateGetMetricData,
  {
    items: (page) => page.MetricDataResults,
    failures: ({ MetricDataResults, NextToken }) =>
      MetricDataResults?.filter(
        ({ StatusCode }) =>
          isFailure.has(StatusCode) || (StatusCode === "PartialData" && !NextToken),
      ),
    cut: { by: "MetricDataQueries", size: queriesAtOnce },
  },
);
