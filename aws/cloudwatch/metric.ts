import { CloudWatchClient, paginateGetMetricData } from "@aws-sdk/client-cloudwatch";
import { paged } from "../../core/call.ts";

/** Up to 500 queries a call. The points of one query may be spread over several items: a page holds at most 100,800 of them. */
export const getMetricData = paged("cloudwatch:GetMetricData", CloudWatchClient, paginateGetMetricData, (page) => page.MetricDataResults, {
  failures: (page) => page.MetricDataResults?.filter(({ StatusCode }) => StatusCode === "InternalError" || StatusCode === "Forbidden"),
});
