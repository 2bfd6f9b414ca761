/** All databases of a region and their snapshots, page by page. */
import {
  paginateDescribeDBClusterSnapshots,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeDBSnapshots,
  RDSClient,
} from "@aws-sdk/client-rds";
import { paged } from "../../sdk/call.ts";

/** Of Neptune and DocumentDB too, which answer to the same API. */
export const everyDatabase = paged(
  "rds:DescribeDBInstances",
  RDSClient,
  paginateDescribeDBInstances,
  { items: (page) => page.DBInstances, on: "db:*" },
);
export const everyCluster = paged("rds:DescribeDBClusters", RDSClient, paginateDescribeDBClusters, {
  items: (page) => page.DBClusters,
  on: "cluster:*",
});
/** Automated and manual ones; not those that others share. */
export const everyDatabaseSnapshot = paged(
  "rds:DescribeDBSnapshots",
  RDSClient,
  paginateDescribeDBSnapshots,
  { items: (page) => page.DBSnapshots, on: ["snapshot:*", "db:*"] },
);
export const everyClusterSnapshot = paged(
  "rds:DescribeDBClusterSnapshots",
  RDSClient,
  paginateDescribeDBClusterSnapshots,
  { items: (page) => page.DBClusterSnapshots, on: ["cluster-snapshot:*", "cluster:*"] },
);
