/** What starts instances by itself: fleets, spot fleets and single spot requests. */
import {
  EC2Client,
  paginateDescribeFleets,
  paginateDescribeSpotFleetRequests,
  paginateDescribeSpotInstanceRequests,
} from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";

export const describeFleets = paged("ec2:DescribeFleets", EC2Client, paginateDescribeFleets, {
  items: (page) => page.Fleets,
  pageSize: 200,
});

export const describeSpotFleetRequests = paged(
  "ec2:DescribeSpotFleetRequests",
  EC2Client,
  paginateDescribeSpotFleetRequests,
  { items: (page) => page.SpotFleetRequestConfigs, pageSize: 200 },
);

export const describeSpotInstanceRequests = paged(
  "ec2:DescribeSpotInstanceRequests",
  EC2Client,
  paginateDescribeSpotInstanceRequests,
  { items: (page) => page.SpotInstanceRequests, pageSize: 1000 },
);
