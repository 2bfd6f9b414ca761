import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import { paged, read, write } from "../../sdk/call.ts";

/** Sorted by name; a prefix that is a whole name brings that group first. */
export const describeLogGroups = paged(
  "logs:DescribeLogGroups",
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  { items: (page) => page.logGroups },
);

/** By the ARN without the `:*` at its end. */
export const listTagsForResource = read(
  "logs:ListTagsForResource",
  CloudWatchLogsClient,
  ListTagsForResourceCommand,
  {
    on: "log-group:*",
    absent: ["ResourceNotFoundException"],
  },
);

export const deleteRetentionPolicy = write(
  "logs:DeleteRetentionPolicy",
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  { on: "log-group:*" },
);

export const putRetentionPolicy = write(
  "logs:PutRetentionPolicy",
  CloudWatchLogsClient,
  PutRetentionPolicyCommand,
  {
    on: "log-group:*",
    already: ["ResourceNotFoundException"],
  },
);
