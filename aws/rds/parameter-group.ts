import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBParameterGroupsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { read } from "../../sdk/call.ts";

const gone = ["DBParameterGroupNotFoundFault", "DBParameterGroupNotFound"] as const;

export const describeDBParameterGroups = read(
  "rds:DescribeDBParameterGroups",
  RDSClient,
  DescribeDBParameterGroupsCommand,
  { on: "pg:*", absent: gone },
);

export const describeDBClusterParameterGroups = read(
  "rds:DescribeDBClusterParameterGroups",
  RDSClient,
  DescribeDBClusterParameterGroupsCommand,
  {
    on: "cluster-pg:*",
    absent: [...gone, "DBClusterParameterGroupNotFoundFault", "DBClusterParameterGroupNotFound"],
  },
);

/** RDS's own belongs to one version, and RDS takes the right one by itself. */
export const unlessDefaultGroup = (group: string | undefined): string | undefined =>
  group === undefined || /^default[.:]/.test(group) ? undefined : group;
