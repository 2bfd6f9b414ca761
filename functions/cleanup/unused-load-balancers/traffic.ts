/** What unused means of a load balancer, by its metrics. */
import type { LoadBalancer, TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { HourlyMetric } from "../../../aws/cloudwatch/hourly.ts";
import type { IdleKind, IdleSign } from "../../../aws/cloudwatch/idle.ts";

export interface TrafficLimits {
  readonly days: number;
  readonly requests: number;
  readonly kilobytes: number;
}

const namespaces: Readonly<Record<string, string>> = {
  application: "AWS/ApplicationELB",
  network: "AWS/NetworkELB",
  gateway: "AWS/GatewayELB",
};

const isKnown = ({ Type }: LoadBalancer): boolean => namespaces[Type ?? ""] !== undefined;

/** What an ARN ends in, as metrics name it. */
const loadBalancerIn = (arn = ""): string => arn.split(":loadbalancer/").at(-1) ?? "";
const targetGroupIn = (arn = ""): string => arn.split(":").at(-1) ?? "";

const metricOf = (
  { Type, LoadBalancerArn }: LoadBalancer,
  name: string,
  stat: HourlyMetric["stat"],
  TargetGroupArn?: string,
): HourlyMetric => ({
  namespace: namespaces[Type ?? ""] ?? "",
  name,
  stat,
  dimensions: {
    ...(TargetGroupArn !== undefined && { TargetGroup: targetGroupIn(TargetGroupArn) }),
    LoadBalancer: loadBalancerIn(LoadBalancerArn),
  },
});

/** In every hour, whatever it carries: it says that it was measured. */
const witness = (balancer: LoadBalancer): IdleSign => ({
  metric: metricOf(balancer, "ConsumedLCUs", "Sum"),
  below: Number.POSITIVE_INFINITY,
});

const since = (balancer: LoadBalancer): Date | undefined =>
  isKnown(balancer) ? balancer.CreatedTime : undefined;

/** What came in, and what it carried: connections that stay open are no requests. */
const counted: Readonly<Record<string, readonly (readonly [string, "Sum" | "Maximum"])[]>> = {
  application: [["RequestCount", "Sum"]],
  network: [
    ["ActiveFlowCount", "Maximum"],
    ["NewFlowCount", "Sum"],
  ],
  gateway: [
    ["ActiveFlowCount", "Maximum"],
    ["NewFlowCount", "Sum"],
  ],
};

/** Without traffic. */
export const withoutTraffic = ({ requests, kilobytes }: TrafficLimits): IdleKind<LoadBalancer> => ({
  since,
  stages: [
    (balancer) => [
      witness(balancer),
      ...(counted[balancer.Type ?? ""] ?? []).map(([name, stat]) => ({
        metric: metricOf(balancer, name, stat),
        below: requests + 1,
        sparse: true as const,
      })),
      {
        metric: metricOf(balancer, "ProcessedBytes", "Sum"),
        below: kilobytes * 1000,
        sparse: true,
      },
    ],
  ],
});

/** With all groups that it sends to. */
export interface TargetedBalancer {
  readonly balancer: LoadBalancer;
  readonly groups: readonly TargetGroup[];
}

/** Whose metrics say what is registered: of functions they do not. */
export const tellsTargets = ({ groups }: TargetedBalancer): boolean =>
  groups.length > 0 && groups.every(({ TargetType }) => TargetType !== "lambda");

/** Without a target, healthy or not, whoever knocks. */
export const withoutTargets: IdleKind<TargetedBalancer> = {
  since: ({ balancer }) => since(balancer),
  stages: [
    ({ balancer, groups }) => [
      witness(balancer),
      ...groups.flatMap(({ TargetGroupArn }) =>
        ["HealthyHostCount", "UnHealthyHostCount"].map((name) => ({
          metric: metricOf(balancer, name, "Maximum", TargetGroupArn),
          below: 1,
          sparse: true as const,
        })),
      ),
    ],
  ],
};
