import {
  DeleteLoadBalancerCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeListenerCertificates,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { paged, read, write } from "../../sdk/call.ts";

/** Application, network and gateway ones; classic ones are another API's. */
export const describeLoadBalancers = paged(
  "elasticloadbalancing:DescribeLoadBalancers",
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  { items: ({ LoadBalancers }) => LoadBalancers, pageSize: 400 },
);

const notFound = ["LoadBalancerNotFoundException", "LoadBalancerNotFound"] as const;

/** Its deletion protection among them. */
export const describeLoadBalancerAttributes = read(
  "elasticloadbalancing:DescribeLoadBalancerAttributes",
  ElasticLoadBalancingV2Client,
  DescribeLoadBalancerAttributesCommand,
  { absent: notFound },
);

/** Of 20 in one answer; where one of them is gone, of none. */
export const describeElasticLoadBalancingTags = read(
  "elasticloadbalancing:DescribeTags",
  ElasticLoadBalancingV2Client,
  DescribeTagsCommand,
  { absent: notFound },
);

/** Its listeners and rules go with it; its target groups stay. What is gone already is no error. */
export const deleteLoadBalancer = write(
  "elasticloadbalancing:DeleteLoadBalancer",
  ElasticLoadBalancingV2Client,
  DeleteLoadBalancerCommand,
  {
    on: ["loadbalancer/app/*/*", "loadbalancer/net/*/*", "loadbalancer/gwy/*/*"],
    irreversible: "its DNS name and its addresses go with it: one that is made again has others",
  },
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
