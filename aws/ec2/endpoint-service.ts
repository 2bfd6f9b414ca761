import { EC2Client, paginateDescribeVpcEndpointServiceConfigurations } from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

/** What is offered by PrivateLink, with the load balancers that it lies behind. */
export const describeVpcEndpointServiceConfigurations = paged(
  "ec2:DescribeVpcEndpointServiceConfigurations",
  EC2Client,
  paginateDescribeVpcEndpointServiceConfigurations,
  { items: (page) => page.ServiceConfigurations, pageSize: 1000 },
);
