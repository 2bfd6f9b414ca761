import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { NatGateway, RouteTable } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { before, days, hours } from "../../../sdk/time.ts";
import unit, { type UnusedGateway } from "./index.ts";

const now = new Date("2026-11-23T06:50:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };
const config = unit.config.parse({});

const gateway: NatGateway = {
  NatGatewayId: "nat-1",
  VpcId: "vpc-1",
  SubnetId: "subnet-a",
  State: "available",
  CreateTime: before(now, days(90)),
  NatGatewayAddresses: [{ PublicIp: "203.0.113.5" }],
  Tags: [{ Key: "Name", Value: "egress" }],
};
const tables: readonly RouteTable[] = [
  {
    RouteTableId: "rtb-1",
    Routes: [
      { DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local" },
      { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" },
      { DestinationPrefixListId: "pl-1", NatGatewayId: "nat-2" },
    ],
  },
];

/** By metric, its values of each hour. */
type Values = (metric: string, id: string) => readonly number[];
const flat = (value: number, length = 30 * 24) => Array<number>(length).fill(value);

async function found(gateways: readonly NatGateway[], values: Values, long = 30) {
  const asked = new Map<string, number>();
  const read = ({ operation, input }: { operation: string; input: object }) => {
    asked.set(operation, (asked.get(operation) ?? 0) + 1);
    const { MetricDataQueries = [], EndTime = now } = input as {
      MetricDataQueries?: readonly MetricDataQuery[];
      EndTime?: Date;
    };
    return (async function* () {
      if (operation === "ec2:DescribeNatGateways") yield* gateways;
      if (operation === "ec2:DescribeRouteTables") yield* tables;
      for (const { Id, MetricStat } of MetricDataQueries) {
        const { MetricName = "", Dimensions = [] } = MetricStat?.Metric ?? {};
        const Values = values(MetricName, Dimensions[0]?.Value ?? "");
        yield { Id, Values, Timestamps: Values.map((_, at) => before(EndTime, hours(at + 1))) };
      }
    })();
  };
  const search = {
    ...here,
    config: { ...config, days: long },
    only: undefined,
    regions: [here.region],
  };
  const look = unit.find({
    ...search,
    read: read as never,
    readIn: () => read as never,
    remembered: async () => undefined,
  });
  return { all: await Array.fromAsync(look as AsyncIterable<UnusedGateway>), asked };
}

test("a gateway that nothing goes through is told, with the routes that lead there", async () => {
  const { all } = await found([gateway], () => flat(0));
  expect(all).toEqual([{ gateway, routes: ["rtb-1 (0.0.0.0/0)"] }]);
  const message = unit.tell(all, { ...here, config });
  expect(message).toMatchObject({
    title: "Nothing has gone through 1 NAT gateway in eu-central-1 for 30 days",
    affected: ["nat-1"],
  });
  expect(message?.table?.rows).toEqual([
    ["nat-1", "egress", "vpc-1, subnet-a", "public", "203.0.113.5", "rtb-1 (0.0.0.0/0)", ""],
  ]);
});

test("who manages it is named, and one without routes says so", () => {
  const Tags = [{ Key: "aws:cloudformation:stack-name", Value: "net" }];
  const message = unit.tell([{ gateway: { ...gateway, Tags }, routes: [] }], { ...here, config });
  expect(message?.table?.rows[0]?.slice(5)).toEqual(["none", "the CloudFormation stack net"]);
});

describe("not told", () => {
  test.each<[what: string, values: Values, more?: Partial<NatGateway>]>([
    ["a connection", (metric) => flat(metric === "ActiveConnectionCount" ? 1 : 0)],
    ["bytes out", (metric) => flat(metric === "BytesOutToDestination" ? 1000 : 0)],
    ["bytes in", (metric) => flat(metric === "BytesInFromDestination" ? 1000 : 0)],
    [
      "one busy hour",
      (metric) => (metric === "ActiveConnectionCount" ? [...flat(0, 719), 1] : flat(0)),
    ],
    ["gaps", () => flat(0, 600)],
    ["no measurement", () => []],
    ["one that was made within that time", () => flat(0), { CreateTime: before(now, days(29)) }],
  ])("%s", async (_, values, more) => {
    const { all, asked } = await found([{ ...gateway, ...more }], values);
    expect(all).toEqual([]);
    expect(asked.has("ec2:DescribeRouteTables")).toBe(false);
    expect(unit.tell(all, { ...here, config })).toBeUndefined();
  });
});

test("of 20,000 what was measured of a few hundred is held at once", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...gateway,
    NatGatewayId: `nat-${nth + 100}`,
  }));
  const quiet = flat(0, 7 * 24);
  const busy = flat(3, 7 * 24);
  const { all, asked } = await found(
    many,
    (metric, id) => (metric === "ActiveConnectionCount" && !id.endsWith("00") ? busy : quiet),
    7,
  );
  expect(all).toHaveLength(200);
  // 1,488 with 168 hours each, then the 200 quiet ones with two metrics.
  expect(asked.get("cloudwatch:GetMetricData")).toBe(15);
  expect(asked.get("ec2:DescribeRouteTables")).toBe(1);
});

test("what AWS refuses is an error, never a gateway that nothing goes through", async () => {
  await expect(
    found([gateway], () => {
      throw new Error("Throttling");
    }),
  ).rejects.toThrow("Throttling");
});

test.each([{ days: 0 }, { days: 61 }, { kilobytes: 0 }, { kilobyte: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
