import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { read } from "../../sdk/call.ts";

/**
 * One page of what functions have written to their logs, oldest first; a log that is not there is
 * absent. It may hold whatever its writer put there: it is redacted and cut before anybody is told.
 */
export const filterLogEvents = read(
  "logs:FilterLogEvents",
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  { on: "log-group:/aws/lambda/*", absent: ["ResourceNotFoundException"] },
);
