import {
  CreateNatGatewayCommand,
  DeleteNatGatewayCommand,
  EC2Client,
  paginateDescribeNatGateways,
} from "@aws-sdk/client-ec2";
import { paged, write } from "../../sdk/call.ts";

/** Those that were deleted are told for an hour more. */
export const describeNatGateways = paged(
  "ec2:DescribeNatGateways",
  EC2Client,
  paginateDescribeNatGateways,
  { items: (page) => page.NatGateways, pageSize: 1000 },
);

/** With the addresses that the account holds: one that is in use elsewhere is refused. */
export const createNatGateway = write("ec2:CreateNatGateway", EC2Client, CreateNatGatewayCommand, {
  on: ["natgateway/*", "subnet/*", "elastic-ip/*"],
  also: {
    "ec2:CreateTags": {
      on: "natgateway/*",
      when: { StringEquals: { "ec2:CreateAction": "CreateNatGateway" } },
    },
  },
  token: { field: "ClientToken" },
  made: ({ NatGateway }) => NatGateway?.NatGatewayId,
});

/**
 * Its addresses stay the account's, and its routes lead nowhere from then on: look for them right
 * before it.
 */
export const deleteNatGateway = write("ec2:DeleteNatGateway", EC2Client, DeleteNatGatewayCommand, {
  on: "natgateway/*",
  already: ["NatGatewayNotFound"],
  repeatable: true,
});
