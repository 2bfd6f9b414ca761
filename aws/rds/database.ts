import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { read } from "../../sdk/call.ts";

export const describeDBInstances = read(
  "rds:DescribeDBInstances",
  RDSClient,
  DescribeDBInstancesCommand,
  { on: "db:*" },
);
export const describeDBClusters = read(
  "rds:DescribeDBClusters",
  RDSClient,
  DescribeDBClustersCommand,
  { on: "cluster:*" },
);
