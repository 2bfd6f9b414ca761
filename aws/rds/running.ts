/** Whether databases run. What belongs to a cluster is stopped and started with it, as a whole. */
import {
  paginateDescribeEvents,
  RDSClient,
  StartDBClusterCommand,
  StartDBInstanceCommand,
  StopDBClusterCommand,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { paged, write } from "../../sdk/call.ts";

/** What happened to databases in the last 14 days: the only place where RDS tells a start. */
export const describeRdsEvents = paged("rds:DescribeEvents", RDSClient, paginateDescribeEvents, {
  items: (page) => page.Events,
});

export const startDBInstance = write("rds:StartDBInstance", RDSClient, StartDBInstanceCommand, {
  on: "db:*",
});

export const stopDBInstance = write("rds:StopDBInstance", RDSClient, StopDBInstanceCommand, {
  on: "db:*",
  already: ["DBInstanceNotFoundFault", "DBInstanceNotFound"],
  inverse: [startDBInstance, ({ DBInstanceIdentifier }) => ({ DBInstanceIdentifier })],
});

export const startDBCluster = write("rds:StartDBCluster", RDSClient, StartDBClusterCommand, {
  on: "cluster:*",
});

export const stopDBCluster = write("rds:StopDBCluster", RDSClient, StopDBClusterCommand, {
  on: "cluster:*",
  already: ["DBClusterNotFoundFault", "DBClusterNotFound"],
  inverse: [startDBCluster, ({ DBClusterIdentifier }) => ({ DBClusterIdentifier })],
});
