/** Whether anything writes to a log group or reads it, and its end and return. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  DescribeSubscriptionFiltersCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { read, write } from "../../sdk/call.ts";

/** One page; nothing where the group is gone. */
export const describeLogStreams = read(
  "logs:DescribeLogStreams",
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  { on: "log-group:*", absent: ["ResourceNotFoundException"] },
);

/** At most two; nothing where the group is gone. */
export const describeSubscriptionFilters = read(
  "logs:DescribeSubscriptionFilters",
  CloudWatchLogsClient,
  DescribeSubscriptionFiltersCommand,
  { on: "log-group:*", absent: ["ResourceNotFoundException"] },
);

export const createLogGroup = write(
  "logs:CreateLogGroup",
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  {
    on: "log-group:*",
    also: { "logs:TagResource": "log-group:*" },
    already: ["ResourceAlreadyExistsException"],
  },
);

export const deleteLogGroup = write(
  "logs:DeleteLogGroup",
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  {
    on: "log-group:*",
    already: ["ResourceNotFoundException"],
    uncertain:
      "what still names it may not work without it, and nobody sees that from here: a task of ECS does not start",
  },
);
