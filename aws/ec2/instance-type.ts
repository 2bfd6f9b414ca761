import { EC2Client, paginateDescribeInstanceTypes } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeInstanceTypes = paged(
  "ec2:DescribeInstanceTypes",
  EC2Client,
  paginateDescribeInstanceTypes,
  { items: (page) => page.InstanceTypes, pageSize: 100 },
);
