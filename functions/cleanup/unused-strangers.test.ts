/**
 * What people report against tools that find unused things of networks, tried on ours: sockets that
 * stay open told as no traffic, targets that are unhealthy as none, a failover's gateway deleted.
 */
import type { NatGateway, VpcEndpoint } from "@aws-sdk/client-ec2";
import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, test } from "vitest";
import { idleness } from "../../aws/cloudwatch/idle.ts";
import { before, days } from "../../sdk/time.ts";
import {
  each,
  flat,
  type MeasuredValues,
  measuredAws,
  searching,
} from "../../test/setup/measured.ts";
import endpoints, { type UnusedEndpoint } from "./unused-endpoints/index.ts";
import balancers from "./unused-load-balancers/index.ts";
import { withoutTargets, withoutTraffic } from "./unused-load-balancers/traffic.ts";
import gateways, { type FoundGateway } from "./unused-nat-gateways/index.ts";

const now = new Date("2026-11-23T06:50:00Z");
const madeLongAgo = before(now, days(200));
const month = (value: number, length = 30 * 24) => flat(value, length);
/** Nothing but one hour, so many before the last. */
const once = (value: number, hoursAgo: number) =>
  month(0).map((each, at) => (at === 720 - hoursAgo ? value : each));

describe("load balancers", () => {
  const web = (Type: string): LoadBalancer => ({
    LoadBalancerArn: `arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/${Type}/web/1`,
    Type: Type as "application",
    CreatedTime: madeLongAgo,
  });
  const stretch = { now, days: 30 };
  async function traffic(type: string, metrics: Readonly<Record<string, readonly number[]>>) {
    const kind = withoutTraffic(balancers.config.parse({}));
    const balancer = web(type);
    const measured: MeasuredValues = ({ name }) =>
      metrics[name] ?? (name === "ConsumedLCUs" ? month(0.01) : []);
    const { read } = measuredAws(measured);
    return (await idleness(read, [balancer], kind, stretch)).get(balancer)?.is;
  }
  test("a socket that was opened before all this and stays open is traffic", async () => {
    expect(await traffic("application", { RequestCount: [], ProcessedBytes: month(4000) })).toBe(
      "busy",
    );
    expect(await traffic("network", { NewFlowCount: [], ActiveFlowCount: month(1) })).toBe("busy");
  });
  test("a day of each month on which somebody comes is enough", async () => {
    expect(await traffic("application", { RequestCount: once(40, 700) })).toBe("busy");
  });
  test("one that was only just measured is not judged", async () => {
    expect(await traffic("application", { ConsumedLCUs: month(0.01, 24) })).toBe("gaps");
  });
  test("targets that are all unhealthy are an outage, and no sign of disuse", async () => {
    const group = { TargetGroupArn: "arn:aws:x:1:targetgroup/web/1", TargetType: "ip" as const };
    const thing = { balancer: web("application"), groups: [group] };
    const verdict = async (metrics: Readonly<Record<string, readonly number[]>>) => {
      const { read } = measuredAws(({ name }) => metrics[name] ?? month(0.01));
      return (await idleness(read, [thing], withoutTargets, stretch)).get(thing)?.is;
    };
    expect(await verdict({ HealthyHostCount: [], UnHealthyHostCount: month(2) })).toBe("busy");
    // Scaled to zero over nights and weekends, and back in between.
    expect(await verdict({ HealthyHostCount: once(2, 100), UnHealthyHostCount: [] })).toBe("busy");
    expect(await verdict({ HealthyHostCount: [], UnHealthyHostCount: [] })).toBe("idle");
  });
});

describe("NAT gateways", () => {
  const egress: NatGateway = {
    ...{ NatGatewayId: "nat-1", VpcId: "vpc-1", SubnetId: "subnet-a", State: "available" },
    CreateTime: madeLongAgo,
  };
  async function look(values: MeasuredValues, routes: readonly object[] = []) {
    const { read } = measuredAws(values, {
      "ec2:DescribeNatGateways": () => each([egress]),
      "ec2:DescribeRouteTables": () => each([{ RouteTableId: "rtb-1", Routes: routes }]),
    });
    const search = { ...searching(now), config: gateways.config.parse({}), read };
    const found = gateways.find(search as never) as AsyncIterable<FoundGateway>;
    const [gateway] = await Array.fromAsync(found);
    return { gateway, managed: gateway && gateways.target(gateway).managed };
  }
  test("one of a second zone that waits for a failover has a route, and is left", async () => {
    const route = { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" };
    expect(await look(() => month(0), [route])).toMatchObject({
      gateway: { unused: true },
      managed: expect.stringContaining("rtb-1 (0.0.0.0/0)"),
    });
    expect((await look(() => month(0))).managed).toBeUndefined();
  });
  test("a patch day each month goes through it", async () => {
    const patches: MeasuredValues = ({ name }) =>
      name === "BytesOutToDestination" ? once(5e6, 650) : month(0);
    expect((await look(patches)).gateway?.unused).toBe(false);
  });
  test("connections that are tried and get no answer are use", async () => {
    const tried: MeasuredValues = ({ name }) =>
      name === "ActiveConnectionCount" ? once(1, 3) : month(0);
    expect((await look(tried)).gateway?.unused).toBe(false);
  });
  test("a hole in its monitoring is no quiet time", async () => {
    expect((await look(() => month(0, 500))).gateway?.unused).toBe(false);
  });
});

describe("endpoints", () => {
  const ssm: VpcEndpoint = {
    ...{ VpcEndpointId: "vpce-1", VpcEndpointType: "Interface", VpcId: "vpc-1" },
    ...{ ServiceName: "com.amazonaws.eu-central-1.ssm", State: "Available" },
    CreationTimestamp: madeLongAgo,
  };
  async function told(all: readonly VpcEndpoint[], values: MeasuredValues) {
    const asked: object[] = [];
    const { read } = measuredAws(values, {
      "ec2:DescribeVpcEndpoints": (input: object) => {
        asked.push(input);
        return each(all);
      },
      "route53:ListHostedZones": () => each([]),
    });
    const search = { ...searching(now), config: endpoints.config.parse({}), read };
    const found = endpoints.find(search as never) as AsyncIterable<UnusedEndpoint>;
    return {
      ids: (await Array.fromAsync(found)).map((each) => each.endpoint.VpcEndpointId),
      asked,
    };
  }
  test("those of gateways, which cost nothing, are not even asked for", async () => {
    const { asked } = await told([ssm], () => []);
    expect(JSON.stringify(asked)).toContain('"Values":["Interface"]');
  });
  test("a call a month is use, and published in that hour alone", async () => {
    expect((await told([ssm], () => [9000])).ids).toEqual([]);
  });
  test("one of another region's service is not measured, and so not told", async () => {
    expect((await told([{ ...ssm, ServiceRegion: "us-east-1" }], () => [])).ids).toEqual([]);
    expect((await told([ssm], () => [])).ids).toEqual(["vpce-1"]);
  });
});
