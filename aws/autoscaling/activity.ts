import { AutoScalingClient, DescribeScalingActivitiesCommand } from "@aws-sdk/client-auto-scaling";
import { read } from "../../sdk/call.ts";

/** The newest first; of the last six weeks. */
export const describeScalingActivities = read(
  "autoscaling:DescribeScalingActivities",
  AutoScalingClient,
  DescribeScalingActivitiesCommand,
);
