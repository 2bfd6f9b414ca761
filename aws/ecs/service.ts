import {
  DescribeServicesCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
} from "@aws-sdk/client-ecs";
import { paged, read } from "../../sdk/call.ts";

/** One that it does not find it names among the failures of its answer. */
export const describeServices = read("ecs:DescribeServices", ECSClient, DescribeServicesCommand, {
  on: "service/*/*",
  failures: ({ failures }) => failures,
});

/** Their ARNs. */
export const listClusters = paged("ecs:ListClusters", ECSClient, paginateListClusters, {
  items: ({ clusterArns }) => clusterArns,
});

/** The ARNs of one cluster's. */
export const listServices = paged("ecs:ListServices", ECSClient, paginateListServices, {
  items: ({ serviceArns }) => serviceArns,
});
