import {
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  ListTagsForResourceCommand,
  paginateListHostedZones,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { paged, read } from "../../sdk/call.ts";

/** Public and private ones; two may have one name. */
export const listHostedZones = paged(
  "route53:ListHostedZones",
  Route53Client,
  paginateListHostedZones,
  { items: ({ HostedZones }) => HostedZones },
);

/** With the names of its servers. One that was deleted is absent. */
export const getHostedZone = read("route53:GetHostedZone", Route53Client, GetHostedZoneCommand, {
  on: "arn:{partition}:route53:::hostedzone/*",
  absent: ["NoSuchHostedZone"],
});

/** Ask for `hostedzone`: records have no tags. One that was deleted is absent. */
export const listRouteTagsForResource = read(
  "route53:ListTagsForResource",
  Route53Client,
  ListTagsForResourceCommand,
  { on: "arn:{partition}:route53:::hostedzone/*", absent: ["NoSuchHostedZone"] },
);

/** One page, for whoever goes on at `Marker` later. */
/* @__NO_SIDE_EFFECTS__ */
export const hostedZonesPage = () =>
  read("route53:ListHostedZones", Route53Client, ListHostedZonesCommand);
