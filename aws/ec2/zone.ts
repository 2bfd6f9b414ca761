import { DescribeAvailabilityZonesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { read } from "../../sdk/call.ts";

export const describeAvailabilityZones = read(
  "ec2:DescribeAvailabilityZones",
  EC2Client,
  DescribeAvailabilityZonesCommand,
);
