import {
  AllocateAddressCommand,
  DescribeAddressesCommand,
  EC2Client,
  paginateDescribeAddressesAttribute,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { paged, read, write } from "../../sdk/call.ts";

/** All of a region in one answer. Name them by a filter: one that is gone then fails nobody. */
export const describeAddresses = read("ec2:DescribeAddresses", EC2Client, DescribeAddressesCommand);

/** Their names in reverse DNS: ask for `domain-name`. */
export const describeAddressesAttribute = paged(
  "ec2:DescribeAddressesAttribute",
  EC2Client,
  paginateDescribeAddressesAttribute,
  { items: (page) => page.Addresses, pageSize: 1000 },
);

/**
 * With `Address` it asks for one that was released: AWS gives it back while no other account has it.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html
 */
export const allocateAddress = write("ec2:AllocateAddress", EC2Client, AllocateAddressCommand, {
  on: "elastic-ip/*",
  also: {
    "ec2:CreateTags": {
      on: "elastic-ip/*",
      when: { StringEquals: { "ec2:CreateAction": "AllocateAddress" } },
    },
  },
  made: ({ AllocationId }) => AllocationId,
});

/**
 * In a default VPC it takes an address off what uses it without a word: look right before it. One
 * in another network border group than the region's is found only together with that.
 */
export const releaseAddress = write("ec2:ReleaseAddress", EC2Client, ReleaseAddressCommand, {
  on: "elastic-ip/*",
  already: ["InvalidAllocationID.NotFound"],
  uncertain:
    "AWS gives a released address back only until another account has it, and within the limit of addresses",
});
