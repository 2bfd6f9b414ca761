/**
 * Deletes NAT gateways that nothing goes through: for weeks no hour had a connection, or more than a
 * trickle of bytes, and almost no hour of that is missing. A gateway that a route leads to is left
 * alone and named with its routes: a failover may need it, and what it leads would lead nowhere. Its
 * addresses stay the account's; once nothing has used them for long, `unused-addresses` asks. Undo
 * makes it again in its subnet, with those addresses.
 */
import type { NatGateway, Route, RouteTable } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { type IdleKind, idleness } from "../../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeNatGateways } from "../../../aws/ec2/nat-gateway.ts";
import { describeRouteTables } from "../../../aws/ec2/route-table.ts";
import { hourlyPerMonth, pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { endGateway, gatewaySpec } from "./end-gateway.ts";

/** A gateway, in whatever use it is. */
export interface FoundGateway {
  readonly gateway: NatGateway;
  /** Nothing goes through it. */
  readonly unused: boolean;
  /** `rtb-1 (0.0.0.0/0)`, of each route that leads there; asked only where one is unused. */
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

const nameOf = ({ Tags = [] }: NatGateway): string | undefined =>
  Tags.find(({ Key }) => Key === "Name")?.Value;

const publicAddresses = ({ NatGatewayAddresses = [] }: NatGateway): readonly string[] =>
  NatGatewayAddresses.flatMap(({ PublicIp }) => PublicIp ?? []);

/** Why it is left alone, as it reads in "it is left alone on account of …". */
function keptBy({ gateway, routes }: FoundGateway): string | undefined {
  const manager = managedBy(gateway.Tags);
  if (manager) return manager;
  if (routes.length)
    return `the routes that lead to it: ${routes.join(", ")}. Take them away first, where nobody misses them`;
  if (gateway.NatGatewayAddresses?.some(({ Status = "succeeded" }) => Status !== "succeeded"))
    return "an address that is put on it or taken off it at this moment";
  return gateway.SubnetId
    ? undefined
    : "that it is a regional one, which is not made again as it was";
}

export default automation({
  id: "unused-nat-gateways",
  family: "cleanup",
  summary: "Deletes NAT gateways that nothing has gone through for weeks and no route leads to",
  on: [sweep("cron(50 6 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 30)
      .check(z.describe("How long nothing must have gone through.")),
    kilobytes: z
      ._default(z.number().check(z.positive(), z.lte(100_000)), 1)
      .check(z.describe("Kilobytes that no hour may carry, in either direction.")),
  }),
  reads: [describeNatGateways, describeRouteTables, getMetricData],
  writes: [endGateway],
  lost: [
    "Its id, its network interface and its private address: routes, alarms and flow logs that name them do not know the one that is made again.",
    "Its public addresses, where something else uses them by then, or somebody released them.",
  ],

  async *find({ read, only, now, config: { days, kilobytes } }): AsyncGenerator<FoundGateway> {
    const asked = only && new Set(only);
    const Filter = [{ Name: "state", Values: ["available"] }];
    const gateways: NatGateway[] = [];
    for await (const gateway of read(describeNatGateways({ Filter })))
      if (asked?.has(gateway.NatGatewayId ?? "") ?? true) gateways.push(gateway);
    const idling = await idleness(read, gateways, withoutTraffic(kilobytes), { now, days });
    const isUnused = (gateway: NatGateway) => idling.get(gateway)?.is === "idle";
    const tables = gateways.some(isUnused)
      ? await Array.fromAsync(read(describeRouteTables({})))
      : [];
    const routes = routesIn(tables);
    for (const gateway of gateways)
      yield {
        gateway,
        unused: isUnused(gateway),
        routes: routes.get(gateway.NatGatewayId ?? "") ?? [],
      };
  },

  target: (found) => ({
    id: found.gateway.NatGatewayId,
    tags: found.gateway.Tags ?? [],
    managed: keptBy(found),
  }),
  name: ({ gateway }) => nameOf(gateway),
  state: ({ gateway }) => gatewaySpec(gateway),
  becomes: () => null,

  propose({ gateway, unused }, { config: { days }, region }) {
    const { NatGatewayId, VpcId } = gateway;
    if (!NatGatewayId || !unused) return;
    const addresses = publicAddresses(gateway);
    const held = addresses.length
      ? `; its addresses stay held, and paid for: ${addresses.join(" ")}`
      : "";
    const savesPerMonth = hourlyPerMonth(region, "nat:hour");
    const source = savesPerMonth === undefined ? "" : pricedBy(region, "nat");
    return {
      because: `nothing has gone through it in ${VpcId} for ${days} days; it is paid for by the hour, used or not${source}${held}`,
      call: endGateway({ NatGatewayId, spec: gatewaySpec(gateway) }),
      savesPerMonth: savesPerMonth ?? "unknown",
    };
  },
});
