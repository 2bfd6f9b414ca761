import { DescribeEventsCommand, HealthClient } from "@aws-sdk/client-health";
import { read } from "../../sdk/call.ts";

/**
 * Absent where the account has no support plan that includes the API of AWS Health.
 * @see https://docs.aws.amazon.com/health/latest/ug/health-api.html
 */
export const describeEvents = read("health:DescribeEvents", HealthClient, DescribeEventsCommand, {
  absent: ["SubscriptionRequiredException"],
  global: true,
});
