import { EC2Client, paginateDescribeRouteTables } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

/** With all their routes. */
export const describeRouteTables = paged(
  "ec2:DescribeRouteTables",
  EC2Client,
  paginateDescribeRouteTables,
  { items: (page) => page.RouteTables, pageSize: 100 },
);
