/** Managed node groups of EKS, and how many nodes they have. */
import {
  DescribeNodegroupCommand,
  EKSClient,
  paginateListNodegroups,
  UpdateNodegroupConfigCommand,
} from "@aws-sdk/client-eks";
import { paged, read, write } from "../../sdk/call.ts";
import { notFoundInEks } from "./cluster.ts";

/** The names of a cluster's; one that is not there is an error. */
export const listNodeGroups = paged("eks:ListNodegroups", EKSClient, paginateListNodegroups, {
  items: (page) => page.nodegroups,
  on: "cluster/*",
});

/** Nothing where it, or its cluster, is gone. */
export const describeNodeGroup = read(
  "eks:DescribeNodegroup",
  EKSClient,
  DescribeNodegroupCommand,
  { on: "nodegroup/*/*/*", absent: [notFoundInEks] },
);

/**
 * What it sets is the same, however often it is sent; what it was before, its answer does not say.
 * While another update of the group is under way EKS refuses it.
 */
export const updateNodegroupConfig = write(
  "eks:UpdateNodegroupConfig",
  EKSClient,
  UpdateNodegroupConfigCommand,
  { on: "nodegroup/*/*/*", token: { field: "clientRequestToken" } },
);
