import { CloudWatchClient, paginateListMetrics } from "@aws-sdk/client-cloudwatch";
import { paged } from "../../sdk/call.ts";

/** Which metrics there are, with their dimensions; one that was just published may be missing. */
export const listMetrics = paged("cloudwatch:ListMetrics", CloudWatchClient, paginateListMetrics, {
  items: (page) => page.Metrics,
});
