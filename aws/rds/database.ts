/** The same operations tell of DocumentDB and Neptune. */
import {
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
} from "@aws-sdk/client-rds";
import { paged } from "../../sdk/call.ts";

/** One that is asked for by its identifier and not there is an error; by a filter it is not. */
export const describeDBInstances = paged(
  "rds:DescribeDBInstances",
  RDSClient,
  paginateDescribeDBInstances,
  { items: (page) => page.DBInstances, on: "db:*" },
);
export const describeDBClusters = paged(
  "rds:DescribeDBClusters",
  RDSClient,
  paginateDescribeDBClusters,
  { items: (page) => page.DBClusters, on: "cluster:*" },
);
