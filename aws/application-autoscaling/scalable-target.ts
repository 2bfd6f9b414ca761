import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { paged, write } from "../../sdk/call.ts";

/** What has no scaling of its own is left out. */
export const describeScalableTargets = paged(
  "application-autoscaling:DescribeScalableTargets",
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
  { items: (page) => page.ScalableTargets, pageSize: 50 },
);

/**
 * Changes what it is given of a target that there is. Without sizes it makes none: AWS refuses it
 * for what is not registered. Of services of ECS alone.
 */
export const registerScalableTarget = write(
  "application-autoscaling:RegisterScalableTarget",
  ApplicationAutoScalingClient,
  RegisterScalableTargetCommand,
  {
    on: "scalable-target/*",
    when: { StringEquals: { "application-autoscaling:service-namespace": "ecs" } },
    repeatable: true,
  },
);
