/**
 * Deletes load balancers that nothing comes through: application, network and gateway ones. Unused
 * is what was measured to be: for weeks no hour had a request, a flow, or more than a trickle of
 * bytes, and almost no hour of that is missing. Unused is, too, what has had no target for weeks,
 * healthy or not, and no answer of its own: whoever knocks, as robots do at every public address,
 * hears nothing. Targets that are all unhealthy are no reason: then it sends to all of them.
 *
 * What was deleted does not come back: its DNS name, its addresses. So a person is asked before each,
 * and hears what it takes to make it again. Left alone and named are those with deletion protection,
 * those that others manage (Kubernetes, stacks, Elastic Beanstalk), and those that something depends
 * on although nothing comes through: services of ECS and Auto Scaling groups that register there,
 * endpoint services, DNS records of Route 53, origins of CloudFront.
 */
import type { LoadBalancer, TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import * as z from "zod/mini";
import { type Idling, idleness } from "../../../aws/cloudwatch/idle.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import {
  deleteLoadBalancer,
  describeLoadBalancers,
} from "../../../aws/elasticloadbalancing/load-balancer.ts";
import { describeTargetGroups } from "../../../aws/elasticloadbalancing/target-group.ts";
import { hourlyPerMonth, pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { type BalancerCandidate, balancerCandidate, readsOfBalancers } from "./candidate.ts";
import {
  type TargetedBalancer,
  type TrafficLimits,
  tellsTargets,
  withoutTargets,
  withoutTraffic,
} from "./traffic.ts";
import { type BalancerUsers, usersOf } from "./users.ts";

const reads = [describeLoadBalancers, getMetricData, ...readsOfBalancers] as const;
type Read = Reader<typeof reads>;

/** A load balancer, and as much about it as was needed to judge it. */
export interface FoundBalancer {
  readonly balancer: LoadBalancer;
  /** Why it counts as unused. */
  readonly unused?: "no traffic" | "no targets" | undefined;
  /** Of those alone. */
  readonly candidate?: BalancerCandidate | undefined;
}

/** Load balancers that are looked at together. */
const together = 400;
/** Of which all else is read at once. */
const examinedAtOnce = 4;

const isActive = ({ State }: LoadBalancer): boolean => State?.Code === "active";

/** What all of a look need, read once and where something needs it. */
function readOnce(read: Read) {
  let groups: Promise<ReadonlyMap<string, readonly TargetGroup[]>> | undefined;
  let users: Promise<BalancerUsers> | undefined;
  async function groupsByBalancer() {
    const byBalancer = new Map<string, TargetGroup[]>();
    for await (const group of read(describeTargetGroups({})))
      for (const arn of group.LoadBalancerArns ?? [])
        byBalancer.set(arn, [...(byBalancer.get(arn) ?? []), group]);
    return byBalancer;
  }
  return {
    async groupsOf({ LoadBalancerArn = "" }: LoadBalancer) {
      groups ??= groupsByBalancer();
      return (await groups).get(LoadBalancerArn) ?? [];
    },
    users() {
      users ??= usersOf(read);
      return users;
    },
  };
}

interface LookingAtBalancers {
  readonly read: Read;
  readonly now: Date;
  readonly limits: TrafficLimits;
  readonly once: ReturnType<typeof readOnce>;
}

const isIdle = (idling: Idling | undefined): boolean => idling?.is === "idle";

/** By metrics alone. */
async function unusedAmong(
  balancers: readonly LoadBalancer[],
  { read, now, limits, once }: LookingAtBalancers,
): Promise<ReadonlyMap<LoadBalancer, FoundBalancer["unused"]>> {
  const stretch = { now, days: limits.days };
  const active = balancers.filter(isActive);
  const traffic = await idleness(read, active, withoutTraffic(limits), stretch);
  const used = active.filter((balancer) => traffic.get(balancer)?.is === "busy");
  const targeted: TargetedBalancer[] = [];
  for (const balancer of used) targeted.push({ balancer, groups: await once.groupsOf(balancer) });
  const telling = targeted.filter(tellsTargets);
  const targets = await idleness(read, telling, withoutTargets, stretch);
  return new Map([
    ...active
      .filter((each) => isIdle(traffic.get(each)))
      .map((each) => [each, "no traffic"] as const),
    ...telling
      .filter((each) => isIdle(targets.get(each)))
      .map(({ balancer }) => [balancer, "no targets"] as const),
  ]);
}

async function judged(
  balancers: readonly LoadBalancer[],
  looking: LookingAtBalancers,
): Promise<FoundBalancer[]> {
  const { read, once } = looking;
  const unused = await unusedAmong(balancers, looking);
  const examine = async (balancer: LoadBalancer): Promise<FoundBalancer> => {
    const why = unused.get(balancer);
    if (!why) return { balancer };
    const [groups, users] = [await once.groupsOf(balancer), await once.users()];
    const candidate = await balancerCandidate(read, { balancer, groups, users });
    return { balancer, unused: why, candidate };
  };
  return concurrently(balancers, examine, { concurrency: examinedAtOnce });
}

/** Of what is to be made again. */
function inWords({ balancer, candidate }: FoundBalancer): string {
  const { Scheme, Type, VpcId, AvailabilityZones = [], SecurityGroups = [] } = balancer;
  const subnets = AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []);
  const groups = SecurityGroups.length ? `, security groups ${SecurityGroups.join(" ")}` : "";
  const listeners = candidate?.listeners.map(({ at }) => at).join(" ") || "none";
  return `${Scheme ?? ""} ${Type} load balancer in ${VpcId}, subnets ${subnets.join(" ")}${groups}, listeners ${listeners}`.trim();
}

function whyUnused({ unused }: FoundBalancer, { days, requests, kilobytes }: TrafficLimits) {
  if (unused === "no targets")
    return `for ${days} days no target was registered with it, and nobody who came had an answer`;
  const came = requests ? `more than ${requests} requests or flows` : "a request or a flow";
  return `for ${days} days no hour brought ${came}, or ${kilobytes} kB`;
}

export default automation({
  id: "unused-load-balancers",
  family: "cleanup",
  summary: "Deletes load balancers that nothing has come through for weeks",
  on: [sweep("cron(40 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(7), z.lte(60)), 30)
      .check(z.describe("How long nothing must have come through.")),
    requests: z
      ._default(z.int().check(z.gte(0), z.lte(10_000)), 0)
      .check(z.describe("Requests or flows that an hour may bring and still count as none.")),
    kilobytes: z
      ._default(z.number().check(z.positive(), z.lte(100_000)), 1)
      .check(z.describe("Kilobytes that no hour may carry.")),
  }),
  reads,
  writes: [deleteLoadBalancer],

  async *find({ read, pages, only, config: limits, now }) {
    const looking = { read, now, limits, once: readOnce(read) };
    const asked = only && new Set(only);
    // By its ARNs one that is gone would fail the others.
    for await (const page of pages(describeLoadBalancers({}), together)) {
      const some = page.filter(({ LoadBalancerArn = "" }) => asked?.has(LoadBalancerArn) ?? true);
      for (const balancers of chunks(some, together)) yield* await judged(balancers, looking);
    }
  },

  target: ({ balancer, candidate }) => ({
    id: balancer.LoadBalancerArn,
    tags: candidate?.tags ?? [],
    managed: candidate?.manager,
  }),
  name: ({ balancer: { LoadBalancerName } }) => LoadBalancerName,
  state: ({ balancer, candidate }) => ({
    name: balancer.LoadBalancerName,
    type: balancer.Type,
    scheme: balancer.Scheme,
    vpc: balancer.VpcId,
    subnets: (balancer.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []).sort(),
    securityGroups: (balancer.SecurityGroups ?? []).toSorted(),
    addresses: balancer.IpAddressType,
    listeners: candidate?.listeners ?? [],
    attributes: candidate?.attributes ?? {},
    tags: Object.fromEntries(
      (candidate?.tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]),
    ),
  }),
  becomes: () => null,

  propose(found, { config, region }) {
    const { balancer, unused, candidate } = found;
    if (!unused || !candidate) return;
    if (unused === "no targets" && (candidate.hasTargets || candidate.answersItself)) return;
    const savesPerMonth = hourlyPerMonth(region, `elb:${balancer.Type}:hour`);
    const source = savesPerMonth === undefined ? "" : pricedBy(region, "elb");
    return {
      because: `${whyUnused(found, config)}${source}. To make it again: ${inWords(found)}; history has its rules and attributes`,
      call: deleteLoadBalancer({ LoadBalancerArn: balancer.LoadBalancerArn }),
      savesPerMonth: savesPerMonth ?? "unknown",
    };
  },
});
