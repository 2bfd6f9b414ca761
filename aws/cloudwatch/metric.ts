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
  {
    items: (page) => page.MetricDataResults,
    failures: ({ MetricDataResults, NextToken }) =>
      MetricDataResults?.filter(
        ({ StatusCode }) =>
          isFailure.has(StatusCode) || (StatusCode === "PartialData" && !NextToken),
      ),
  },
);
