import { CloudTrailClient, paginateLookupEvents } from "@aws-sdk/client-cloudtrail";
import { paged } from "../../sdk/call.ts";

/** What a page holds at most. */
export const eventsPerPage = 50;

/**
 * The management events of the last 90 days, newest first, also where there is no trail. They come
 * about five minutes after the call, at times fifteen; an account may ask twice a second in each
 * region. IAM knows nothing narrower than all of them.
 */
export const lookupEvents = paged(
  "cloudtrail:LookupEvents",
  CloudTrailClient,
  paginateLookupEvents,
  { items: (page) => page.Events, pageSize: eventsPerPage },
);
