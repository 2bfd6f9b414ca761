import { EC2Client, paginateDescribeVpcEndpoints } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeVpcEndpoints = paged(
  "ec2:DescribeVpcEndpoints",
  EC2Client,
  paginateDescribeVpcEndpoints,
  { items: (page) => page.VpcEndpoints, pageSize: 1000 },
);
