import { AutoScalingClient, paginateDescribeAutoScalingGroups } from "@aws-sdk/client-auto-scaling";
import { paged } from "../../sdk/call.ts";

export const describeAutoScalingGroups = paged(
  "autoscaling:DescribeAutoScalingGroups",
  AutoScalingClient,
  paginateDescribeAutoScalingGroups,
  { items: ({ AutoScalingGroups }) => AutoScalingGroups, pageSize: 100 },
);
