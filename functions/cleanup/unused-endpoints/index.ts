/**
 * Tells which interface endpoints of VPCs nothing goes through. CloudWatch hears of an endpoint only
 * in minutes in which something did; so what it never heard of is told, and where it heard of no
 * endpoint of the region at all, the message says that too. Those of another region's services are
 * not measured by AWS, and not judged. It says what leads there: records of Route 53, and the names
 * of the service that lead there while private DNS is on.
 */
import type { VpcEndpoint } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { type IdleKind, type Idling, idleness } from "../../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeVpcEndpoints } from "../../../aws/ec2/vpc-endpoint.ts";
import { hourlyPerMonth, priceSource } from "../../../aws/pricing/prices.ts";
import { count } from "../../../sdk/counted.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { dollars } from "../../../sdk/money.ts";
import { report } from "../../../sdk/report.ts";
import { priceUnknown } from "../../../sdk/saving.ts";
import { sumOf } from "../../../sdk/sum.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { readsOfLeadingRecords, recordsOf } from "./records.ts";

/** One that nothing goes through. */
export interface UnusedEndpoint {
  readonly endpoint: VpcEndpoint;
  /** Names of Route 53 that lead there. */
  readonly records: readonly string[];
  /** Whether CloudWatch has heard of any endpoint of the region in that time. */
  readonly isMeasured: boolean;
}

/** @see https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html */
const withoutTraffic = (kilobytes: number): IdleKind<VpcEndpoint> => ({
  since: ({ CreationTimestamp }) => CreationTimestamp,
  stages: [
    ({ VpcEndpointId, VpcEndpointType, VpcId, ServiceName }) => [
      {
        metric: {
          namespace: "AWS/PrivateLinkEndpoints",
          name: "BytesProcessed",
          stat: "Sum",
          dimensions: {
            "Endpoint Type": VpcEndpointType,
            "Service Name": ServiceName,
            "VPC Endpoint Id": VpcEndpointId,
            "VPC Id": VpcId,
          },
        },
        below: kilobytes * 1000,
        sparse: true,
      },
    ],
  ],
});

const wasHeardOf = (idling: Idling): boolean =>
  idling.is === "busy" || (idling.is === "idle" && idling.most.some((bytes) => bytes > 0));

/** Of another region's service AWS publishes nothing. */
const isOfRegion = ({ ServiceRegion }: VpcEndpoint, region: string): boolean =>
  ServiceRegion === undefined || ServiceRegion === region;

const nameOf = ({ Tags = [] }: VpcEndpoint): string =>
  Tags.find(({ Key }) => Key === "Name")?.Value ?? "";

const managerOf = ({ RequesterManaged, Tags }: VpcEndpoint): string =>
  managedBy(Tags) ?? (RequesterManaged ? "the service that made it" : "");

function leadingTo({ endpoint, records }: UnusedEndpoint): string {
  const own = endpoint.PrivateDnsEnabled ? ["the service's own names in its VPC"] : [];
  return [...own, ...records].join(", ") || "none";
}

/** An hour of each subnet that it is in, whether anything goes through or not. */
const pricePerMonth = ({ endpoint: { SubnetIds = [] } }: UnusedEndpoint, region: string) =>
  hourlyPerMonth(region, "endpoint:hour", SubnetIds.length);

function priceInWords(found: readonly UnusedEndpoint[], region: string): string {
  const prices = found.map((each) => pricePerMonth(each, region) ?? 0);
  const all = sumOf(prices);
  if (all <= 0)
    return `${priceUnknown}; each is paid for by the hour and by the subnet, used or not`;
  const source = priceSource(region, "endpoint") ?? "a price list";
  return `together about ${dollars(all)} a month by ${source}: their hours, by the subnet, used or not`;
}

function rowOf(unused: UnusedEndpoint, region: string): readonly string[] {
  const { endpoint } = unused;
  const price = pricePerMonth(unused, region);
  const { VpcEndpointId = "", ServiceName = "", VpcId = "", SubnetIds = [] } = endpoint;
  return [
    VpcEndpointId,
    nameOf(endpoint),
    ServiceName,
    VpcId,
    `${SubnetIds.length}`,
    leadingTo(unused),
    managerOf(endpoint),
    price === undefined ? "unknown" : dollars(price),
  ];
}

const unmeasured =
  "CloudWatch has heard of no endpoint of this region in that time: either nothing uses any of them, or it is not told. Look at one that you know to be used before you believe it";

export default report({
  id: "unused-endpoints",
  family: "cleanup",
  summary: "Tells which interface endpoints of VPCs nothing has gone through for weeks",
  on: [sweep("cron(5 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 30)
      .check(z.describe("How long nothing must have gone through.")),
    kilobytes: z
      ._default(z.number().check(z.positive(), z.lte(100_000)), 1)
      .check(z.describe("Kilobytes that no hour may carry, both directions together.")),
  }),
  reads: [describeVpcEndpoints, getMetricData, ...readsOfLeadingRecords],

  async *find({ read, now, region, config: { days, kilobytes } }): AsyncGenerator<UnusedEndpoint> {
    const Filters = [
      { Name: "vpc-endpoint-type", Values: ["Interface"] },
      { Name: "vpc-endpoint-state", Values: ["available"] },
    ];
    const all = await Array.fromAsync(read(describeVpcEndpoints({ Filters })));
    const endpoints = all.filter((endpoint) => isOfRegion(endpoint, region));
    const idling = await idleness(read, endpoints, withoutTraffic(kilobytes), { now, days });
    const unused = endpoints.filter((endpoint) => idling.get(endpoint)?.is === "idle");
    if (unused.length === 0) return;
    const isMeasured = [...idling.values()].some(wasHeardOf);
    const records = await recordsOf(read, unused);
    for (const endpoint of unused) {
      const leading = records.get(endpoint.VpcEndpointId ?? "") ?? [];
      yield { endpoint, records: leading, isMeasured };
    }
  },

  tell(found: readonly UnusedEndpoint[], { region, config: { days } }) {
    if (found.length === 0) return undefined;
    const endpoints = count(found.length, "interface endpoint");
    return {
      title: `Nothing has gone through ${endpoints} in ${region} for ${days} days`,
      severity: "info",
      facts: {
        ...(!found.some(({ isMeasured }) => isMeasured) && { "how sure that is": unmeasured }),
        price: priceInWords(found, region),
        "what to do":
          "Ask whoever the tags name. Where private DNS is on, the service's names lead to its public addresses once the endpoint is deleted: what has no way to the internet does not reach it then. One that is made again has other addresses and another name",
      },
      table: {
        columns: [
          "endpoint",
          "name",
          "service",
          "VPC",
          "subnets",
          "names that lead there",
          "managed by",
          "costs a month",
        ],
        rows: found.map((each) => rowOf(each, region)),
      },
      affected: found.flatMap(({ endpoint: { VpcEndpointId } }) => VpcEndpointId ?? []),
    };
  },
});
