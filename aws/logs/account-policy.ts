import {
  CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { read } from "../../sdk/call.ts";

/** Policies of one kind for the log groups of a whole account; of subscriptions it has one at most. */
export const describeAccountPolicies = read(
  "logs:DescribeAccountPolicies",
  CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  { on: "*" },
);
