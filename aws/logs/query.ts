import { CloudWatchLogsClient, DescribeQueriesCommand } from "@aws-sdk/client-cloudwatch-logs";
import { read } from "../../sdk/call.ts";

/** One page of the queries of late of Logs Insights; nothing where the group is gone. */
export const describeQueries = read(
  "logs:DescribeQueries",
  CloudWatchLogsClient,
  DescribeQueriesCommand,
  { on: "*", absent: ["ResourceNotFoundException"] },
);
