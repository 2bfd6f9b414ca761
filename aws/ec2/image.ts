import { EC2Client, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeImages = paged("ec2:DescribeImages", EC2Client, paginateDescribeImages, {
  items: (page) => page.Images,
  pageSize: 1000,
});
