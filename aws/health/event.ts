import { DescribeEventsCommand, HealthClient } from "@aws-sdk/client-health";
import { read } from "../../sdk/call.ts";

/** Absent where the account has no support plan that includes the API of AWS Health. */
export const describeEvents = read("health:DescribeEvents", HealthClient, DescribeEventsCommand, {
  absent: ["SubscriptionRequiredException"],
});
