import { DescribeDBSubnetGroupsCommand, RDSClient } from "@aws-sdk/client-rds";
import { read } from "../../sdk/call.ts";

export const describeDBSubnetGroups = read(
  "rds:DescribeDBSubnetGroups",
  RDSClient,
  DescribeDBSubnetGroupsCommand,
  { on: "subgrp:*", absent: ["DBSubnetGroupNotFoundFault", "DBSubnetGroupNotFound"] },
);
