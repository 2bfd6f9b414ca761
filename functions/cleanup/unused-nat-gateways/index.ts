/**
 * Tells which NAT gateways nothing goes through: for weeks no hour had a connection, or more than a
 * trickle of bytes, and almost no hour of that is missing. It says which routes lead there, what
 * addresses they have, and who manages them: whoever deletes one deletes its routes first, and
 * releases its addresses after, which are paid for as long as they are held.
 */
import type { NatGateway, Route, RouteTable } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { type IdleKind, idleness } from "../../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeNatGateways } from "../../../aws/ec2/nat-gateway.ts";
import { describeRouteTables } from "../../../aws/ec2/route-table.ts";
import { count } from "../../../sdk/counted.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";

/** One that nothing goes through. */
export interface UnusedGateway {
  readonly gateway: NatGateway;
  /** `rtb-1 (0.0.0.0/0)`, of each route that leads there. */
  readonly routes: readonly string[];
}

const metricOf = ({ NatGatewayId }: NatGateway, name: string, stat: "Maximum" | "Sum") => ({
  namespace: "AWS/NATGateway",
  name,
  stat,
  dimensions: { NatGatewayId },
});

/** Both are published in each hour, also where nothing goes through. */
const withoutTraffic = (kilobytes: number): IdleKind<NatGateway> => ({
  since: ({ CreateTime }) => CreateTime,
  stages: [
    (gateway) => [{ metric: metricOf(gateway, "ActiveConnectionCount", "Maximum"), below: 1 }],
    (gateway) => [
      { metric: metricOf(gateway, "BytesOutToDestination", "Sum"), below: kilobytes * 1000 },
      { metric: metricOf(gateway, "BytesInFromDestination", "Sum"), below: kilobytes * 1000 },
    ],
  ],
});

const destinationOf = (route: Route): string =>
  route.DestinationCidrBlock ??
  route.DestinationIpv6CidrBlock ??
  route.DestinationPrefixListId ??
  "somewhere";

/** By gateway, the routes that lead there. */
function routesIn(tables: readonly RouteTable[]): ReadonlyMap<string, readonly string[]> {
  const all = tables.flatMap(({ RouteTableId, Routes = [] }) =>
    Routes.flatMap((route) =>
      route.NatGatewayId
        ? [{ gateway: route.NatGatewayId, route: `${RouteTableId} (${destinationOf(route)})` }]
        : [],
    ),
  );
  const byGateway = Map.groupBy(all, ({ gateway }) => gateway);
  return new Map(
    [...byGateway].map(([gateway, routes]) => [gateway, routes.map(({ route }) => route)]),
  );
}

const nameOf = ({ Tags = [] }: NatGateway): string =>
  Tags.find(({ Key }) => Key === "Name")?.Value ?? "";

const addressesOf = ({ NatGatewayAddresses = [] }: NatGateway): string =>
  NatGatewayAddresses.flatMap(({ PublicIp }) => PublicIp ?? []).join(" ");

function rowOf({ gateway, routes }: UnusedGateway): readonly string[] {
  const { NatGatewayId = "", VpcId = "", SubnetId, ConnectivityType, Tags } = gateway;
  const place = `${VpcId}, ${SubnetId ?? "regional"}`;
  return [
    NatGatewayId,
    nameOf(gateway),
    place,
    ConnectivityType ?? "public",
    addressesOf(gateway),
    routes.join(", ") || "none",
    managedBy(Tags) ?? "",
  ];
}

export default report({
  id: "unused-nat-gateways",
  family: "cleanup",
  summary: "Tells which NAT gateways nothing has gone through for weeks",
  on: [sweep("cron(50 6 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 30)
      .check(z.describe("How long nothing must have gone through.")),
    kilobytes: z
      ._default(z.number().check(z.positive(), z.lte(100_000)), 1)
      .check(z.describe("Kilobytes that no hour may carry, in either direction.")),
  }),
  reads: [describeNatGateways, describeRouteTables, getMetricData],

  async *find({ read, now, config: { days, kilobytes } }): AsyncGenerator<UnusedGateway> {
    const Filter = [{ Name: "state", Values: ["available"] }];
    const gateways = await Array.fromAsync(read(describeNatGateways({ Filter })));
    const idling = await idleness(read, gateways, withoutTraffic(kilobytes), { now, days });
    const unused = gateways.filter((gateway) => idling.get(gateway)?.is === "idle");
    if (unused.length === 0) return;
    const routes = routesIn(await Array.fromAsync(read(describeRouteTables({}))));
    for (const gateway of unused)
      yield { gateway, routes: routes.get(gateway.NatGatewayId ?? "") ?? [] };
  },

  tell(found: readonly UnusedGateway[], { region, config: { days } }) {
    if (found.length === 0) return undefined;
    const gateways = count(found.length, "NAT gateway");
    return {
      title: `Nothing has gone through ${gateways} in ${region} for ${days} days`,
      severity: "info",
      facts: {
        price: "what they cost is not known here; each is paid for by the hour, used or not",
        "what to do":
          "Ask whoever the tags name. Take away the routes that lead there, then the gateway, then release its addresses: one that is made again may have the same address as long as that is held",
      },
      table: {
        columns: ["gateway", "name", "place", "kind", "addresses", "routes", "managed by"],
        rows: found.map(rowOf),
      },
      affected: found.flatMap(({ gateway: { NatGatewayId } }) => NatGatewayId ?? []),
    };
  },
});
