import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import {
  CreateRouteCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  type NatGateway,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { decideOn } from "../../../engine/run/approve.ts";
import { before, days, hours } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { endGateway, gatewaySpec } from "./end-gateway.ts";
import { fixture } from "./fixture.ts";
import unit, { type FoundGateway } from "./index.ts";

const now = new Date("2026-11-23T06:50:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };

const gateway: NatGateway = {
  NatGatewayId: "nat-1",
  VpcId: "vpc-1",
  SubnetId: "subnet-a",
  State: "available",
  ConnectivityType: "public",
  CreateTime: before(now, days(90)),
  NatGatewayAddresses: [
    { AllocationId: "eipalloc-3", PublicIp: "203.0.113.7", IsPrimary: false },
    { AllocationId: "eipalloc-1", PublicIp: "203.0.113.5", PrivateIp: "10.0.0.9", IsPrimary: true },
    { AllocationId: "eipalloc-2", PublicIp: "203.0.113.6", IsPrimary: false },
  ],
  Tags: [
    { Key: "team", Value: "net" },
    { Key: "aws:x", Value: "y" },
    { Key: "Name", Value: "egress" },
  ],
};
const tables: readonly RouteTable[] = [
  {
    RouteTableId: "rtb-1",
    Routes: [
      { DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local" },
      { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" },
      { DestinationPrefixListId: "pl-1", NatGatewayId: "nat-2", State: "blackhole" },
      { DestinationIpv6CidrBlock: "64:ff9b::/96", NatGatewayId: "nat-1" },
    ],
  },
];

/** By metric, its values of each hour. */
type Values = (metric: string, id: string) => readonly number[];
const flat = (value: number, length = 30 * 24) => Array<number>(length).fill(value);

async function found(
  gateways: readonly NatGateway[],
  values: Values,
  { long = 30, only }: { readonly long?: number; readonly only?: readonly string[] } = {},
) {
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
  const look = unit.find({
    ...here,
    config: unit.config.parse({ days: long }),
    only,
    regions: [here.region],
    read: read as never,
    pages: (() => {}) as never,
    remembered: async () => undefined,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: () => {},
  });
  return { all: await Array.fromAsync(look as AsyncIterable<FoundGateway>), asked };
}

describe("a gateway that nothing goes through", () => {
  test("is to be deleted, and what stays of it is said", () => {
    const judged = { ...here, since: undefined, config: unit.config.parse({}) };
    const proposal = unit.propose({ gateway, unused: true, routes: [] }, judged);
    expect(proposal).toEqual({
      because:
        "nothing has gone through it in vpc-1 for 30 days; it is paid for by the hour, used or not; its addresses stay held, and paid for: 203.0.113.7 203.0.113.5 203.0.113.6",
      call: endGateway({ NatGatewayId: "nat-1", spec: gatewaySpec(gateway) }),
      savesPerMonth: "unknown",
    });
    expect(unit.propose({ gateway, unused: false, routes: [] }, judged)).toBeUndefined();
  });

  test("is found with the routes that lead there, of any family, dead ones too", async () => {
    const two = [gateway, { ...gateway, NatGatewayId: "nat-2" }];
    const { all } = await found(two, () => flat(0));
    expect(all.map(({ unused, routes }) => [unused, routes])).toEqual([
      [true, ["rtb-1 (0.0.0.0/0)", "rtb-1 (64:ff9b::/96)"]],
      [true, ["rtb-1 (pl-1)"]],
    ]);
  });

  test.each<[what: string, more: Partial<FoundGateway>, by: RegExp | undefined]>([
    [
      "routes",
      { routes: ["rtb-1 (0.0.0.0/0)"] },
      /routes that lead to it: rtb-1 \(0\.0\.0\.0\/0\)/,
    ],
    [
      "a stack",
      { gateway: { ...gateway, Tags: [{ Key: "aws:cloudformation:stack-name", Value: "net" }] } },
      /CloudFormation stack net/,
    ],
    [
      "an address that moves",
      { gateway: { ...gateway, NatGatewayAddresses: [{ Status: "unassigning" }] } },
      /put on it or taken off/,
    ],
    ["being regional", { gateway: { ...gateway, SubnetId: undefined } }, /regional/],
    ["nothing", {}, undefined],
  ])("is left alone on account of %s", (_, more, by) => {
    const { managed } = unit.target({ gateway, unused: true, routes: [], ...more });
    if (by) expect(managed).toMatch(by);
    else expect(managed).toBeUndefined();
  });
});

describe("not unused", () => {
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
    ["one that does not say when it was made", () => flat(0), { CreateTime: undefined }],
  ])("%s", async (_, values, more) => {
    const { all, asked } = await found([{ ...gateway, ...more }], values);
    expect(all.map(({ unused }) => unused)).toEqual([false]);
    expect(asked.has("ec2:DescribeRouteTables")).toBe(false);
  });
});

test("a look at one leaves the others out, and one that is gone fails nobody", async () => {
  const two = [gateway, { ...gateway, NatGatewayId: "nat-2" }];
  const { all } = await found(two, () => flat(0), { only: ["nat-2", "nat-gone"] });
  expect(all.map((each) => each.gateway.NatGatewayId)).toEqual(["nat-2"]);
});

test("undo makes it again in its subnet, its addresses in their order, with its own tags", () => {
  const back = (given: NatGateway) => {
    const spec = gatewaySpec(given);
    return endGateway.invert({ NatGatewayId: "nat-1", spec }, spec);
  };
  expect(back(gateway)).toEqual([
    {
      operation: "ec2:CreateNatGateway",
      kind: "write",
      input: {
        SubnetId: "subnet-a",
        ConnectivityType: "public",
        AllocationId: "eipalloc-1",
        SecondaryAllocationIds: ["eipalloc-2", "eipalloc-3"],
        TagSpecifications: [
          {
            ResourceType: "natgateway",
            Tags: [
              { Key: "Name", Value: "egress" },
              { Key: "team", Value: "net" },
            ],
          },
        ],
      },
    },
  ]);
  const within = {
    ...gateway,
    ConnectivityType: "private" as const,
    Tags: [],
    NatGatewayAddresses: [{ PrivateIp: "10.0.0.9", IsPrimary: true }],
  };
  expect(back(within)[0]?.input).toEqual({ SubnetId: "subnet-a", ConnectivityType: "private" });
});

/** A carrier that writes nothing, whose questions are answered from lists. */
async function carried(answers: Readonly<Record<string, readonly unknown[]>>) {
  const wrote: string[] = [];
  const read = ({ operation }: { operation: string }) =>
    (async function* () {
      yield* answers[operation] ?? [];
    })();
  const carrier = {
    async write(
      { operation }: { operation: string },
      objection: (read: never) => Promise<string | undefined>,
    ) {
      const why = await objection(read as never);
      if (why) throw new Error(why);
      wrote.push(operation);
    },
    until: (_: string, ask: (read: never) => Promise<unknown>) => ask(read as never),
  };
  const spec = gatewaySpec(gateway);
  const ended = endGateway.carry({ NatGatewayId: "nat-1", spec }, carrier as never);
  return { ended: await ended.catch((error: Error) => error.message), wrote, spec };
}

describe("its end", () => {
  test("is that it is deleted, or told no longer", async () => {
    const { ended, wrote, spec } = await carried({});
    expect([ended, wrote]).toEqual([spec, ["ec2:DeleteNatGateway"]]);
    const told = await carried({ "ec2:DescribeNatGateways": [{ State: "deleted" }] });
    expect(told.ended).toEqual(spec);
  });

  test("does not come where a route leads to it by then", async () => {
    const { ended, wrote } = await carried({ "ec2:DescribeRouteTables": tables });
    expect([ended, wrote]).toEqual(["a route in rtb-1 leads to it by now", []]);
  });

  test("that fails says why", async () => {
    const failed = [{ State: "failed", FailureMessage: "it is busy" }];
    const { ended } = await carried({ "ec2:DescribeNatGateways": failed });
    expect(ended).toBe("AWS could not delete nat-1: it is busy");
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
    { long: 7 },
  );
  expect(all.filter(({ unused }) => unused)).toHaveLength(200);
  // 1,488 with 168 hours each, then the 200 quiet ones with two metrics.
  expect(asked.get("cloudwatch:GetMetricData")).toBe(15);
  expect(asked.get("ec2:DescribeRouteTables")).toBe(1);
});

async function opened(settings: object = {}): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, ...settings }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}
const availableIn = async ({ aws }: TestDelivery) => {
  const Filter = [{ Name: "state", Values: ["available"] }];
  const { NatGateways = [] } = await aws
    .client(EC2Client)
    .send(new DescribeNatGatewaysCommand({ Filter }));
  return NatGateways.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === "Name")?.Value).sort();
};

test("it asks first, also in act, and names what it leaves alone with its routes", async () => {
  const delivery = await opened({ irreversible: "ask" });
  const run = await delivery.deliver();
  expect(run.outcome).toBe("waiting");
  expect(await availableIn(delivery)).toContain("unused");
  expect(JSON.stringify(await messages(delivery))).toMatch(/routes that lead to it: rtb-\w+ \(192/);
});

test("a route that comes between the approval and the change keeps it", async () => {
  const ann = "arn:aws:iam::123456789012:role/ann";
  const delivery = await opened({ irreversible: "ask", approvers: [ann] });
  const ec2 = delivery.aws.client(EC2Client);
  const { plan } = await delivery.deliver();
  const id = plan?.id ?? "";
  const Filter = [{ Name: "tag:Name", Values: ["unused"] }];
  const { NatGateways: [its] = [] } = await ec2.send(new DescribeNatGatewaysCommand({ Filter }));
  const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: table?.RouteTableId,
      DestinationCidrBlock: "198.51.100.0/24",
      NatGatewayId: its?.NatGatewayId,
    }),
  );
  await decideOn(
    delivery.store,
    { approvers: [ann], twoPersonRule: false },
    { plan: id, verdict: "approve", by: ann, at: delivery.host().clock.now() },
  );
  const { region } = delivery.aws;
  const start = {
    ...({ kind: "decision", key: `decision#${id}`, plan: id, region } as const),
    at: delivery.host().clock.now(),
  };
  const run = await delivery.ended(await delivery.deliver({ start }));
  expect(run.actions.filter(({ outcome }) => outcome === "applied")).toHaveLength(1);
  expect(await availableIn(delivery)).toContain("unused");
});

test.each(["DescribeNatGateways", "DescribeRouteTables", "GetMetricData"])(
  "where %s is denied nothing is deleted: an error is no empty list",
  async (operation) => {
    const delivery = await opened();
    const all = await availableIn(delivery);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await availableIn(delivery)).toEqual(all);
  },
);

test.each([{ days: 0 }, { days: 61 }, { kilobytes: 0 }, { kilobyte: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
