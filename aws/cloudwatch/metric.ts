import { CloudWatchClient, paginateGetMetricData } from "@aws-sdk/client-cloudwatch";
import { paged } from "../../sdk/call.ts";

const isFailure = new Set<string | undefined>(["InternalError", "Forbidden"]);

/**
 * Up to 500 queries a call. The points of one query may be spread over several items: a page holds
 * at most 100,800 of them.
 */
export const getMetricData = paged(
  "cloudwatch:GetMetricData",
  CloudWatchClient,
  paginateGetMetricData,
  (page) => page.MetricDataResults,
  {
    // Partial is what goes on on the next page; without one the rest is missing.
    failures: ({ MetricDataResults, NextToken }) =>
      MetricDataResults?.filter(
        ({ StatusCode }) =>
          isFailure.has(StatusCode) || (StatusCode === "PartialData" && !NextToken),
      ),
  },
);
