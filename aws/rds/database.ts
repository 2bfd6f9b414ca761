/** The same operations tell of DocumentDB and Neptune. */
import {
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
  StartDBClusterCommand,
  StartDBInstanceCommand,
  StopDBClusterCommand,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { paged, write } from "../../sdk/call.ts";

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

/** RDS refuses it until the database stands still: a stop takes minutes. */
export const startDBInstance = write("rds:StartDBInstance", RDSClient, StartDBInstanceCommand, {
  on: "db:*",
});
/** For seven days at the most: then RDS starts it by itself. */
export const stopDBInstance = write("rds:StopDBInstance", RDSClient, StopDBInstanceCommand, {
  on: "db:*",
  already: ["DBInstanceNotFoundFault", "DBInstanceNotFound"],
  inverse: [startDBInstance, ({ DBInstanceIdentifier }) => ({ DBInstanceIdentifier })],
});

/** RDS refuses it until the cluster stands still: a stop takes minutes. */
export const startDBCluster = write("rds:StartDBCluster", RDSClient, StartDBClusterCommand, {
  on: "cluster:*",
});
/** All instances of an Aurora cluster, for seven days at the most: then RDS starts it by itself. */
export const stopDBCluster = write("rds:StopDBCluster", RDSClient, StopDBClusterCommand, {
  on: "cluster:*",
  already: ["DBClusterNotFoundFault", "DBClusterNotFound"],
  inverse: [startDBCluster, ({ DBClusterIdentifier }) => ({ DBClusterIdentifier })],
});
