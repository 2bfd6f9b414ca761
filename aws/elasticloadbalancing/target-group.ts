import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { paged, read } from "../../sdk/call.ts";

export const describeTargetGroups = paged(
  "elasticloadbalancing:DescribeTargetGroups",
  ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
  { items: ({ TargetGroups }) => TargetGroups, pageSize: 400 },
);

/** All that are registered, in whatever health. */
export const describeTargetHealth = read(
  "elasticloadbalancing:DescribeTargetHealth",
  ElasticLoadBalancingV2Client,
  DescribeTargetHealthCommand,
  { absent: ["TargetGroupNotFoundException", "TargetGroupNotFound"] },
);

/** Of one listener, its default among them. */
export const describeRules = paged(
  "elasticloadbalancing:DescribeRules",
  ElasticLoadBalancingV2Client,
  paginateDescribeRules,
  { items: ({ Rules }) => Rules, pageSize: 400 },
);
