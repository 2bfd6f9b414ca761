import {
  ElasticLoadBalancingV2Client,
  paginateDescribeListenerCertificates,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { paged } from "../../sdk/call.ts";

/** Application, network and gateway ones; classic ones are another API's. */
export const describeLoadBalancers = paged(
  "elasticloadbalancing:DescribeLoadBalancers",
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  { items: ({ LoadBalancers }) => LoadBalancers, pageSize: 400 },
);

export const describeListeners = paged(
  "elasticloadbalancing:DescribeListeners",
  ElasticLoadBalancingV2Client,
  paginateDescribeListeners,
  { items: ({ Listeners }) => Listeners, pageSize: 400 },
);

/** All that a listener may choose from by the name that it is asked for, its default among them. */
export const describeListenerCertificates = paged(
  "elasticloadbalancing:DescribeListenerCertificates",
  ElasticLoadBalancingV2Client,
  paginateDescribeListenerCertificates,
  { items: ({ Certificates }) => Certificates, pageSize: 400 },
);
