import { CloudTrailClient, paginateLookupEvents } from "@aws-sdk/client-cloudtrail";
import { paged } from "../../sdk/call.ts";

/**
 * Management events of the last 90 days in the region, the newest first. Two such requests a second
 * are answered for the whole account.
 */
export const lookupEvents = paged(
  "cloudtrail:LookupEvents",
  CloudTrailClient,
  paginateLookupEvents,
  { items: (page) => page.Events, pageSize: 50 },
);
