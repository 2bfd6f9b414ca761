import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { read } from "../../sdk/call.ts";

/** By id it also finds a stack that has been deleted. */
export const describeStacks = read(
  "cloudformation:DescribeStacks",
  CloudFormationClient,
  DescribeStacksCommand,
  { on: "stack/*/*" },
);
