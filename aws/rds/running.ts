/** Whether databases run. What belongs to a cluster is stopped and started with it, as a whole. */
import {
  RDSClient,
  StartDBClusterCommand,
  StartDBInstanceCommand,
  StopDBClusterCommand,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { write } from "../../sdk/call.ts";

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
