import {
  DescribeServicesCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { paged, read, write } from "../../sdk/call.ts";

/** One that it does not find it names among the failures of its answer. */
export const describeServices = read("ecs:DescribeServices", ECSClient, DescribeServicesCommand, {
  on: "service/*/*",
  failures: ({ failures }) => failures,
});

/** Their ARNs. */
export const listClusters = paged("ecs:ListClusters", ECSClient, paginateListClusters, {
  items: ({ clusterArns }) => clusterArns,
  pageSize: 100,
});

/** The ARNs of one cluster's. */
export const listServices = paged("ecs:ListServices", ECSClient, paginateListServices, {
  items: ({ serviceArns }) => serviceArns,
  pageSize: 100,
});

/** What it sets is the same, however often it is sent; what it was before, its answer does not say. */
export const updateService = write("ecs:UpdateService", ECSClient, UpdateServiceCommand, {
  on: "service/*/*",
  repeatable: true,
});
