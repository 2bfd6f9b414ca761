import { afterEach, describe, expect, test } from "vitest";
import { usePrices } from "../../aws/pricing/prices.ts";
import { testPrices } from "../../test/setup/prices.ts";
import { proposeFor } from "../../testing/propose.ts";
import endpoints, { type UnusedEndpoint } from "./unused-endpoints/index.ts";
import balancers from "./unused-load-balancers/index.ts";
import gateways from "./unused-nat-gateways/index.ts";

const region = "eu-west-1";
const here = { account: "123456789012", region, now: new Date("2026-11-23T07:05:00Z") };
const day = "2026-11-20";

/** Nobody's prices. */
const know = (prices: Readonly<Record<string, number>>, currency = "USD") =>
  usePrices({
    [region]: { currency, published: { nat: day, elb: day, endpoint: day }, prices },
  });
afterEach(() => usePrices(testPrices));

const gateway = {
  gateway: { NatGatewayId: "nat-1", VpcId: "vpc-1", SubnetId: "subnet-1" },
  unused: true,
  routes: [],
};
const candidate = { ...{ tags: [], listeners: [], attributes: {} }, manager: undefined };
const balancer = (Type: string) => ({
  balancer: { LoadBalancerArn: "arn:lb", Type },
  unused: "no traffic",
  candidate: { ...candidate, answersItself: false, hasTargets: false },
});
const proposedGateway = () => proposeFor(gateways, gateway as never, { region });
const proposedBalancer = (type: string) =>
  proposeFor(balancers, balancer(type) as never, { region });

describe("a NAT gateway saves the hours that it is there", () => {
  test("by the list, which is named", () => {
    know({ "nat:hour": 0.05, "nat:gigabyte": 0.05 });
    expect(proposedGateway()).toMatchObject({
      savesPerMonth: 36.5,
      because: expect.stringContaining(
        `; what it saves is by AWS's price list of ${region} of ${day}`,
      ),
    });
  });
  test.each<[what: string, prices: Readonly<Record<string, number>>, currency?: string]>([
    ["no list was read", {}],
    ["only what goes through has a price", { "nat:gigabyte": 0.05 }],
    ["it is asked in another currency", { "nat:hour": 0.3 }, "CNY"],
  ])("unknown, and no list named, where %s", (_, prices, currency) => {
    know(prices, currency);
    expect(proposedGateway()).toMatchObject({
      savesPerMonth: "unknown",
      because: expect.not.stringContaining("price list"),
    });
  });
});

describe("a load balancer saves the hours of its own kind", () => {
  const prices = { "elb:application:hour": 0.02, "elb:network:hour": 0.03 };
  test.each([
    ["application", 14.6],
    ["network", 21.9],
    ["gateway", "unknown"],
    ["a new kind", "unknown"],
  ])("%s: %s", (type, savesPerMonth) => {
    know(prices);
    expect(proposedBalancer(type)).toMatchObject({ savesPerMonth });
  });
});

describe("an endpoint costs the hours of each of its subnets", () => {
  const found = (id: string, ...SubnetIds: string[]): UnusedEndpoint => ({
    endpoint: { VpcEndpointId: id, SubnetIds },
    records: [],
    isMeasured: true,
  });
  const two = [found("vpce-1", "a", "b"), found("vpce-2", "a")];
  const told = () => endpoints.tell(two, { ...here, config: endpoints.config.parse({}) });
  test("by the list, each and together", () => {
    know({ "endpoint:hour": 0.01 });
    expect(told()?.table?.rows.map((row) => row.at(-1))).toEqual(["$14.60", "$7.30"]);
    expect(told()?.facts?.price).toBe(
      `together about $21.90 a month by AWS's price list of ${region} of ${day}: their hours, by the subnet, used or not`,
    );
  });
  test("unknown where no list was read", () => {
    know({});
    expect(told()?.table?.rows.map((row) => row.at(-1))).toEqual(["unknown", "unknown"]);
    expect(told()?.facts?.price).toContain("price unknown");
  });
});
