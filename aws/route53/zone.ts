import { paginateListHostedZones, Route53Client } from "@aws-sdk/client-route-53";
import { paged } from "../../sdk/call.ts";

/** Public and private ones; two may have one name. */
export const listHostedZones = paged(
  "route53:ListHostedZones",
  Route53Client,
  paginateListHostedZones,
  { items: ({ HostedZones }) => HostedZones },
);
