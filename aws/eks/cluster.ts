/** Clusters of EKS. */
import { DescribeClusterCommand, EKSClient, paginateListClusters } from "@aws-sdk/client-eks";
import { paged, read } from "../../sdk/call.ts";

/** What EKS calls one that it cannot find. */
export const notFoundInEks = "ResourceNotFoundException";

/** Their names. */
export const listEksClusters = paged("eks:ListClusters", EKSClient, paginateListClusters, {
  items: (page) => page.clusters,
});

/** Nothing where it is gone. */
export const describeEksCluster = read("eks:DescribeCluster", EKSClient, DescribeClusterCommand, {
  on: "cluster/*",
  absent: [notFoundInEks],
});
