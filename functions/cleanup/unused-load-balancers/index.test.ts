import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, onTestFinished, test } from "vitest";
import { idleness } from "../../../aws/cloudwatch/idle.ts";
import { deleteLoadBalancer } from "../../../aws/elasticloadbalancing/load-balancer.ts";
import { PartlyFailed } from "../../../sdk/call.ts";
import { before, days, hours } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import type { BalancerCandidate } from "./candidate.ts";
import { fixture } from "./fixture.ts";
import unit, { type FoundBalancer } from "./index.ts";
import { tellsTargets, withoutTargets, withoutTraffic } from "./traffic.ts";
import { userOf, usersOf } from "./users.ts";

const now = new Date("2026-11-21T03:40:00Z");
const limits = unit.config.parse({});
const arnOf = (id: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/${id}`;
const LoadBalancerArn = arnOf("app/web/50dc6c495c0c9188");

const balancer: LoadBalancer = {
  LoadBalancerArn,
  LoadBalancerName: "web",
  DNSName: "web-1.eu-central-1.elb.amazonaws.com",
  Type: "application",
  Scheme: "internet-facing",
  State: { Code: "active" },
  VpcId: "vpc-1",
  CreatedTime: before(now, days(90)),
  AvailabilityZones: [{ SubnetId: "subnet-a" }, { SubnetId: "subnet-b" }],
  SecurityGroups: ["sg-1"],
};
const group: TargetGroup = {
  TargetGroupArn:
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/6d0ecf831eec9f09",
  TargetType: "instance",
  LoadBalancerArns: [LoadBalancerArn],
};
const candidate: BalancerCandidate = {
  tags: [{ Key: "team", Value: "web" }],
  manager: undefined,
  listeners: [{ at: "HTTPS:443", certificates: ["arn:cert"], rules: ["default: forward arn:tg"] }],
  attributes: { "idle_timeout.timeout_seconds": "60" },
  answersItself: false,
  hasTargets: false,
};
const unused: FoundBalancer = { balancer, unused: "no traffic", candidate };

describe("what is proposed", () => {
  test("one that nothing comes through is deleted, with what it takes to make it again", () => {
    expect(proposeFor(unit, unused)).toEqual({
      because:
        "for 30 days no hour brought a request or a flow, or 1 kB. To make it again: internet-facing application load balancer in vpc-1, subnets subnet-a subnet-b, security groups sg-1, listeners HTTPS:443; history has its rules and attributes",
      call: deleteLoadBalancer({ LoadBalancerArn }),
      savesPerMonth: "unknown",
    });
  });

  test("what it was like stands in its state: listeners with certificates and rules, attributes, tags", () => {
    expect(unit.state(unused)).toMatchObject({
      listeners: candidate.listeners,
      attributes: candidate.attributes,
      tags: { team: "web" },
      subnets: ["subnet-a", "subnet-b"],
    });
  });

  test("it cannot be taken back", () => {
    expect(deleteLoadBalancer.irreversible).toMatch(/DNS name/);
  });

  test("one without a target for weeks is deleted, whoever knocks", () => {
    const proposal = proposeFor(unit, { ...unused, unused: "no targets" });
    expect(proposal?.because).toContain("no target was registered with it");
  });

  test.each<FoundBalancer>([
    { balancer },
    { balancer, unused: "no traffic" },
    { balancer, unused: "no targets", candidate: { ...candidate, answersItself: true } },
    { balancer, unused: "no targets", candidate: { ...candidate, hasTargets: true } },
  ])("nothing of %o", (found) => expect(proposeFor(unit, found)).toBeUndefined());
});

/** By metric, its values, and how many hours there are. */
type Values = Readonly<Record<string, readonly [value: number, hours: number]>>;

function reading(values: Values, asked: MetricDataQuery[] = []) {
  return ({ input }: { readonly input: object }) => {
    const { MetricDataQueries, EndTime } = input as {
      MetricDataQueries: readonly MetricDataQuery[];
      EndTime: Date;
    };
    asked.push(...MetricDataQueries);
    return (async function* () {
      for (const { Id, MetricStat } of MetricDataQueries) {
        const [value, count] = values[MetricStat?.Metric?.MetricName ?? ""] ?? [0, 0];
        const Values = Array<number>(count).fill(value);
        const Timestamps = Values.map((_, at) => before(EndTime, hours(at + 1)));
        yield { Id, Values, Timestamps };
      }
    })();
  };
}
const whole = 30 * 24;
const week = 7 * 24;
const quiet: Values = { ConsumedLCUs: [0.02, whole] };

describe("traffic", () => {
  const verdict = async (values: Values, more: Partial<LoadBalancer> = {}, config = limits) => {
    const asked = { ...balancer, ...more };
    const kind = withoutTraffic(config);
    const stretch = { now, days: 30 };
    return (await idleness(reading(values) as never, [asked], kind, stretch)).get(asked)?.is;
  };

  test.each<[is: string, what: string, values: Values, more?: Partial<LoadBalancer>]>([
    ["idle", "measured in every hour, and nothing came", quiet],
    ["busy", "one request", { ...quiet, RequestCount: [1, 1] }],
    ["busy", "connections that stay open", { ...quiet, ProcessedBytes: [5000, 1] }],
    ["idle", "a trickle of bytes", { ...quiet, ProcessedBytes: [900, 40] }],
    ["gaps", "not measured: no traffic is then no proof", {}],
    ["gaps", "measured in half of the hours", { ConsumedLCUs: [0.02, whole / 2] }],
    ["busy", "a flow that stays", { ...quiet, ActiveFlowCount: [1, 700] }, { Type: "network" }],
    ["busy", "a new flow", { ...quiet, NewFlowCount: [1, 1] }, { Type: "network" }],
    ["busy", "a flow of a gateway", { ...quiet, ActiveFlowCount: [1, 3] }, { Type: "gateway" }],
    ["idle", "a gateway without any", quiet, { Type: "gateway" }],
    ["young", "made within that time", quiet, { CreatedTime: before(now, days(29)) }],
    ["young", "of a kind that is not known", quiet, { Type: "quantum" as "gateway" }],
  ])("%s: %s", async (is, _, values, more) => expect(await verdict(values, more)).toBe(is));

  test("so many requests an hour may count as none", async () => {
    const some: Values = { ...quiet, RequestCount: [20, 600] };
    expect(await verdict(some, {}, { ...limits, requests: 20 })).toBe("idle");
    expect(await verdict(some, {}, { ...limits, requests: 19 })).toBe("busy");
  });

  test("metrics are asked for by the end of the ARN", async () => {
    const asked: MetricDataQuery[] = [];
    const things = [{ balancer, groups: [group] }];
    await idleness(reading(quiet, asked) as never, things, withoutTargets, { now, days: 30 });
    expect(asked.map(({ MetricStat }) => MetricStat?.Metric?.Dimensions)).toContainEqual([
      { Name: "TargetGroup", Value: "targetgroup/web/6d0ecf831eec9f09" },
      { Name: "LoadBalancer", Value: "app/web/50dc6c495c0c9188" },
    ]);
  });
});

describe("targets", () => {
  const verdict = async (values: Values) => {
    const thing = { balancer, groups: [group] };
    const stretch = { now, days: 30 };
    return (await idleness(reading(values) as never, [thing], withoutTargets, stretch)).get(thing)
      ?.is;
  };
  test.each<[is: string, values: Values]>([
    ["idle", quiet],
    ["busy", { ...quiet, HealthyHostCount: [1, 3] }],
    ["busy", { ...quiet, UnHealthyHostCount: [2, 3] }],
    ["gaps", {}],
  ])("%s: %o", async (is, values) => expect(await verdict(values)).toBe(is));

  test("of functions metrics say nothing, and without a group there is nothing to say", () => {
    const lambda: TargetGroup = { ...group, TargetType: "lambda" };
    expect(tellsTargets({ balancer, groups: [group] })).toBe(true);
    expect(tellsTargets({ balancer, groups: [group, lambda] })).toBe(false);
    expect(tellsTargets({ balancer, groups: [] })).toBe(false);
  });
});

describe("who uses load balancers", () => {
  const service = (serviceName: string) => ({
    serviceName,
    loadBalancers: [{ targetGroupArn: `tg-${serviceName}` }],
  });
  /** A cluster with two services, of which one is deleted while they are read. */
  const readWhile = (failures: readonly { readonly reason: string }[], cluster?: Error) => {
    const read = ({ operation, input }: { operation: string; input: { services?: string[] } }) => {
      if (operation === "ecs:DescribeServices") {
        const { services = [] } = input;
        if (services.includes("gone"))
          return Promise.reject(new PartlyFailed("ecs:DescribeServices", failures));
        return Promise.resolve({ services: services.map(service) });
      }
      return (async function* () {
        if (operation === "ecs:ListClusters") yield "main";
        if (operation !== "ecs:ListServices") return;
        if (cluster) throw cluster;
        yield* ["web", "gone"];
      })();
    };
    return usersOf(read as never);
  };

  test("a service that is deleted meanwhile fails no other", async () => {
    const users = await readWhile([{ reason: "MISSING" }]);
    expect([...users.keys()]).toEqual(["tg-web"]);
  });

  test("a cluster that is deleted meanwhile has none", async () => {
    const gone = Object.assign(new Error("gone"), { name: "ClusterNotFoundException" });
    expect([...(await readWhile([], gone))]).toEqual([]);
  });

  test("what ECS does not tell for another reason is an error", async () => {
    await expect(readWhile([{ reason: "UNKNOWN" }])).rejects.toThrow("UNKNOWN");
    await expect(readWhile([], new Error("AccessDenied"))).rejects.toThrow("AccessDenied");
  });
});

test.each([
  ["its target group", group.TargetGroupArn],
  ["itself", LoadBalancerArn],
  ["its DNS name", "web-1.eu-central-1.elb.amazonaws.com"],
])("who uses %s is named", (_, used = "") => {
  expect(userOf(balancer, [group], new Map([[used, "the ECS service web"]]))).toBe(
    "the ECS service web",
  );
  expect(userOf(balancer, [group], new Map([["other", "x"]]))).toBeUndefined();
});

test("of 20,000 no more are held at once than a page has, and nothing else is read of what is used", async () => {
  let listed = 0;
  let given = 0;
  let most = 0;
  const calls = new Map<string, number>();
  const pages = () =>
    (async function* () {
      for (let page = 0; page < 50; page += 1) {
        listed += 400;
        yield Array.from({ length: 400 }, (_, nth) => ({
          ...balancer,
          LoadBalancerArn: arnOf(`app/b${page * 400 + nth}/1`),
        }));
      }
    })();
  const metrics = reading({ ConsumedLCUs: [0.02, week], RequestCount: [5, week] });
  const read = (call: { readonly operation: string; readonly input: object }) => {
    calls.set(call.operation, (calls.get(call.operation) ?? 0) + 1);
    if (call.operation === "cloudwatch:GetMetricData") return metrics(call);
    return (async function* () {})();
  };
  const search = {
    account: "123456789012",
    region: "eu-central-1",
    regions: ["eu-central-1"],
    only: undefined,
    config: { ...limits, days: 7 },
    now,
    read: read as never,
    pages: pages as never,
    remembered: async () => undefined,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: () => {},
  };
  for await (const _ of unit.find(search) as AsyncIterable<FoundBalancer>) {
    given += 1;
    most = Math.max(most, listed - given);
  }
  expect(given).toBe(20_000);
  expect(most).toBeLessThan(400);
  expect(Object.fromEntries(calls)).toEqual({
    "cloudwatch:GetMetricData": 50,
    "elasticloadbalancing:DescribeTargetGroups": 1,
  });
});

async function opened(settings: object = {}): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, ...settings });
  onTestFinished(() => delivery.close());
  return delivery;
}
const namesIn = async ({ aws }: TestDelivery) => {
  const { LoadBalancers = [] } = await aws
    .client(ElasticLoadBalancingV2Client)
    .send(new DescribeLoadBalancersCommand({}));
  return LoadBalancers.map(({ LoadBalancerName }) => LoadBalancerName);
};

test("it asks first, also in act, and the message says what it takes to make it again", async () => {
  const delivery = await opened({ mode: "act", irreversible: "ask" });
  const run = await delivery.deliver();
  expect(run.outcome).toBe("waiting");
  expect(await namesIn(delivery)).toContain("aged-idle");
  const told = JSON.stringify(await messages(delivery));
  expect(told).toContain("To make it again: internal application load balancer in vpc-");
  expect(told).toContain("listeners HTTP:80");
  expect(told).toContain("deletion protection, which somebody set on it");
  expect(told).toContain("standby.");
  expect(told).toContain("the ECS service web");
});

test.each([
  "DescribeLoadBalancers",
  "DescribeTargetGroups",
  "DescribeLoadBalancerAttributes",
  "DescribeAutoScalingGroups",
  "DescribeServices",
  "ListResourceRecordSets",
  "GetMetricData",
])("where %s is denied nothing is deleted: an error is no empty list", async (operation) => {
  const delivery = await opened({ mode: "act" });
  const all = await namesIn(delivery);
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver()).rejects.toThrow();
  expect(await namesIn(delivery)).toEqual(all);
});

test.each([
  { days: 6 },
  { days: 61 },
  { requests: -1 },
  { requests: 0.5 },
  { kilobytes: 0 },
  { day: 30 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));
