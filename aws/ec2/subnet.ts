import { EC2Client, paginateDescribeSubnets } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeSubnets = paged("ec2:DescribeSubnets", EC2Client, paginateDescribeSubnets, {
  items: (page) => page.Subnets,
  pageSize: 1000,
});
