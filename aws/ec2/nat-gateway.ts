import { EC2Client, paginateDescribeNatGateways } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

/** Those that were deleted are told for an hour more. */
export const describeNatGateways = paged(
  "ec2:DescribeNatGateways",
  EC2Client,
  paginateDescribeNatGateways,
  { items: (page) => page.NatGateways, pageSize: 1000 },
);
