import {
  AutoScalingClient,
  paginateDescribeAutoScalingGroups,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { paged, write } from "../../sdk/call.ts";

/** One that is asked for by its name and not there is left out. */
export const describeAutoScalingGroups = paged(
  "autoscaling:DescribeAutoScalingGroups",
  AutoScalingClient,
  paginateDescribeAutoScalingGroups,
  { items: (page) => page.AutoScalingGroups, pageSize: 100 },
);

/** What it sets is the same, however often it is sent; what it was before, its answer does not say. */
export const updateAutoScalingGroup = write(
  "autoscaling:UpdateAutoScalingGroup",
  AutoScalingClient,
  UpdateAutoScalingGroupCommand,
  { on: "autoScalingGroup:*:autoScalingGroupName/*", repeatable: true },
);
