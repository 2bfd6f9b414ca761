import { EC2Client, paginateDescribeNetworkInterfaces } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

/** Those that services make for themselves in the account's VPCs are among them. */
export const describeNetworkInterfaces = paged(
  "ec2:DescribeNetworkInterfaces",
  EC2Client,
  paginateDescribeNetworkInterfaces,
  { items: (page) => page.NetworkInterfaces, pageSize: 1000 },
);
