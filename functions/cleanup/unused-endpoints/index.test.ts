import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { VpcEndpoint } from "@aws-sdk/client-ec2";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { describe, expect, test } from "vitest";
import { before, days, hours } from "../../../sdk/time.ts";
import unit, { type UnusedEndpoint } from "./index.ts";

const now = new Date("2026-11-23T07:05:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };
const config = unit.config.parse({});

const endpoint: VpcEndpoint = {
  VpcEndpointId: "vpce-1",
  VpcEndpointType: "Interface",
  ServiceName: "com.amazonaws.eu-central-1.ssm",
  VpcId: "vpc-1",
  SubnetIds: ["subnet-a", "subnet-b"],
  PrivateDnsEnabled: true,
  State: "Available",
  CreationTimestamp: before(now, days(90)),
  DnsEntries: [{ DnsName: "vpce-1.ssm.eu-central-1.vpce.amazonaws.com" }],
  Tags: [{ Key: "Name", Value: "ssm" }],
};
const other: VpcEndpoint = { ...endpoint, VpcEndpointId: "vpce-2", DnsEntries: [] };

/** By endpoint, its bytes of each hour that CloudWatch has heard of. */
type Heard = Readonly<Record<string, readonly number[]>>;

async function found(
  endpoints: readonly VpcEndpoint[],
  heard: Heard = {},
  records: readonly ResourceRecordSet[] = [],
) {
  const asked = new Map<string, number>();
  const queries: MetricDataQuery[] = [];
  const read = ({ operation, input }: { operation: string; input: object }) => {
    asked.set(operation, (asked.get(operation) ?? 0) + 1);
    const { MetricDataQueries = [], EndTime = now } = input as {
      MetricDataQueries?: readonly MetricDataQuery[];
      EndTime?: Date;
    };
    queries.push(...MetricDataQueries);
    return (async function* () {
      if (operation === "ec2:DescribeVpcEndpoints") yield* endpoints;
      if (operation === "route53:ListHostedZones") yield { Id: "Z1" };
      if (operation === "route53:ListResourceRecordSets") yield* records;
      for (const { Id, MetricStat } of MetricDataQueries) {
        const id = MetricStat?.Metric?.Dimensions?.find(({ Name }) => Name === "VPC Endpoint Id");
        const Values = heard[id?.Value ?? ""] ?? [];
        yield { Id, Values, Timestamps: Values.map((_, at) => before(EndTime, hours(at + 1))) };
      }
    })();
  };
  const look = unit.find({
    ...here,
    config,
    only: undefined,
    regions: [here.region],
    read: read as never,
    readIn: () => read as never,
    remembered: async () => undefined,
  });
  return { all: await Array.fromAsync(look as AsyncIterable<UnusedEndpoint>), asked, queries };
}

test("an endpoint that CloudWatch has never heard of is told, with what leads there", async () => {
  const records = [
    {
      Name: "ssm.corp.example.",
      AliasTarget: { DNSName: "VPCE-1.ssm.eu-central-1.vpce.amazonaws.com." },
    },
    {
      Name: "old.corp.example.",
      ResourceRecords: [{ Value: "vpce-1.ssm.eu-central-1.vpce.amazonaws.com" }],
    },
    { Name: "else.corp.example.", ResourceRecords: [{ Value: "192.0.2.1" }] },
  ] as unknown as ResourceRecordSet[];
  const { all, queries } = await found([endpoint, other], { "vpce-2": [5000] }, records);
  const message = unit.tell(all, { ...here, config });
  expect(message).toMatchObject({
    title: "Nothing has gone through 1 interface endpoint in eu-central-1 for 30 days",
    affected: ["vpce-1"],
  });
  expect(message?.facts).not.toHaveProperty("how sure that is");
  expect(message?.table?.rows).toEqual([
    [
      "vpce-1",
      "ssm",
      "com.amazonaws.eu-central-1.ssm",
      "vpc-1",
      "2",
      "the service's own names in its VPC, ssm.corp.example, old.corp.example",
      "",
      "unknown",
    ],
  ]);
  // All four dimensions, or CloudWatch knows no such metric.
  expect(queries[0]?.MetricStat?.Metric).toMatchObject({
    Namespace: "AWS/PrivateLinkEndpoints",
    MetricName: "BytesProcessed",
    Dimensions: [
      { Name: "Endpoint Type", Value: "Interface" },
      { Name: "Service Name", Value: "com.amazonaws.eu-central-1.ssm" },
      { Name: "VPC Endpoint Id", Value: "vpce-1" },
      { Name: "VPC Id", Value: "vpc-1" },
    ],
  });
});

test("where CloudWatch has heard of none at all, the message says how sure that is", async () => {
  const { all } = await found([endpoint, other]);
  const message = unit.tell(all, { ...here, config });
  expect(all).toHaveLength(2);
  expect(message?.facts?.["how sure that is"]).toMatch(/heard of no endpoint of this region/);
});

test("a trickle below the limit is no traffic, and is heard of", async () => {
  const { all } = await found([endpoint], { "vpce-1": [400, 10] });
  expect(all.map(({ isMeasured }) => isMeasured)).toEqual([true]);
});

describe("not told", () => {
  test.each<[what: string, more: Partial<VpcEndpoint>, bytes?: readonly number[]]>([
    ["one busy hour", {}, [0, 0, 1000]],
    ["one that was made within that time", { CreationTimestamp: before(now, days(29)) }],
    ["one of which AWS does not say when it was made", { CreationTimestamp: undefined }],
    ["one of another region's service, which is not measured", { ServiceRegion: "us-east-1" }],
  ])("%s", async (_, more, bytes = []) => {
    const { all, asked } = await found([{ ...endpoint, ...more }], { "vpce-1": bytes });
    expect(all).toEqual([]);
    expect(asked.has("route53:ListHostedZones")).toBe(false);
    expect(unit.tell(all, { ...here, config })).toBeUndefined();
  });
});

test.each<[Partial<VpcEndpoint>, string]>([
  [
    { Tags: [{ Key: "aws:cloudformation:stack-name", Value: "net" }] },
    "the CloudFormation stack net",
  ],
  [{ RequesterManaged: true }, "the service that made it"],
])("who manages %o is named", (more, manager) => {
  const unused = { endpoint: { ...endpoint, ...more }, records: [], isMeasured: true };
  expect(unit.tell([unused], { ...here, config })?.table?.rows[0]?.at(-2)).toBe(manager);
});

test("of 20,000 what was measured is asked five hundred at a time", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...endpoint,
    VpcEndpointId: `vpce-${nth}`,
    DnsEntries: [],
  }));
  const { all, asked } = await found(many);
  expect(all).toHaveLength(20_000);
  expect(asked.get("cloudwatch:GetMetricData")).toBeLessThanOrEqual(70);
  // None of them has a name that a record could lead to.
  expect(asked.has("route53:ListHostedZones")).toBe(false);
});

test("what AWS refuses is an error, never an endpoint that nothing goes through", async () => {
  const broken = new Proxy(
    {},
    {
      get() {
        throw new Error("Throttling");
      },
    },
  );
  await expect(found([endpoint], broken)).rejects.toThrow("Throttling");
});

test.each([{ days: 0 }, { days: 61 }, { kilobytes: 0 }, { kilobyte: 1 }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
