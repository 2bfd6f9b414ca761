/**
 * Who depends on load balancers although nothing comes through: what stands by, what is scaled to
 * nothing for the night, and what only names them.
 */
import type { Service } from "@aws-sdk/client-ecs";
import type { LoadBalancer, TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { describeAutoScalingGroups } from "../../../aws/autoscaling/group.ts";
import { listDistributions } from "../../../aws/cloudfront/distribution.ts";
import { describeVpcEndpointServiceConfigurations } from "../../../aws/ec2/endpoint-service.ts";
import { describeServices, listClusters, listServices } from "../../../aws/ecs/service.ts";
import { isClusterGone, servicesAtOnce, servicesNamed } from "../../../aws/ecs/services-named.ts";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import { listHostedZones } from "../../../aws/route53/zone.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfUsers = [
  describeAutoScalingGroups,
  describeVpcEndpointServiceConfigurations,
  listClusters,
  listServices,
  describeServices,
  listHostedZones,
  listResourceRecordSets,
  listDistributions,
] as const;
type Read = Reader<typeof readsOfUsers>;

/** By the ARN of a target group or a load balancer, or by a DNS name: who. */
export type BalancerUsers = ReadonlyMap<string, string>;

/** Of a zone that is deleted while it is read. */
const isZoneGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "NoSuchHostedZone";

async function servicesIn(read: Read, cluster: string): Promise<Service[]> {
  const found: Service[] = [];
  try {
    const arns = await Array.fromAsync(read(listServices({ cluster })));
    for (const services of chunks(arns, servicesAtOnce))
      found.push(...(await servicesNamed(read, { cluster, services })));
  } catch (error) {
    if (!isClusterGone(error)) throw error;
  }
  return found;
}

async function* ofServices(read: Read): AsyncGenerator<readonly [string, string]> {
  for await (const cluster of read(listClusters({})))
    for (const { serviceName, loadBalancers = [], taskSets = [] } of await servicesIn(
      read,
      cluster,
    ))
      for (const { targetGroupArn } of [
        ...loadBalancers,
        ...taskSets.flatMap((set) => set.loadBalancers ?? []),
      ])
        if (targetGroupArn)
          yield [targetGroupArn, `the ECS service ${serviceName}, which registers its tasks there`];
}

async function* ofGroups(read: Read): AsyncGenerator<readonly [string, string]> {
  for await (const group of read(describeAutoScalingGroups({}))) {
    const sources = group.TrafficSources?.map(({ Identifier }) => Identifier) ?? [];
    for (const arn of [...(group.TargetGroupARNs ?? []), ...sources])
      if (arn)
        yield [
          arn,
          `the Auto Scaling group ${group.AutoScalingGroupName}, which registers its instances there`,
        ];
  }
}

async function* ofEndpoints(read: Read): AsyncGenerator<readonly [string, string]> {
  for await (const service of read(describeVpcEndpointServiceConfigurations({})))
    for (const arn of [
      ...(service.NetworkLoadBalancerArns ?? []),
      ...(service.GatewayLoadBalancerArns ?? []),
    ])
      yield [arn, `the endpoint service ${service.ServiceName}, which lies behind it`];
}

/** As people write it, whatever the record puts before and behind it. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^dualstack\./, "");

/** Where a record leads; nothing for one that leads nowhere else. */
function* leadsTo({ AliasTarget, Type, ResourceRecords = [] }: ResourceRecordSet) {
  if (AliasTarget?.DNSName) yield plainName(AliasTarget.DNSName);
  if (Type === "CNAME") for (const { Value = "" } of ResourceRecords) yield plainName(Value);
}

async function* ofRecords(read: Read): AsyncGenerator<readonly [string, string]> {
  for await (const { Id: HostedZoneId } of read(listHostedZones({})))
    try {
      for await (const record of read(listResourceRecordSets({ HostedZoneId })))
        for (const name of leadsTo(record))
          yield [name, `the ${record.Type} record ${record.Name} in Route 53, which leads to it`];
    } catch (error) {
      if (!isZoneGone(error)) throw error;
    }
}

async function* ofDistributions(read: Read): AsyncGenerator<readonly [string, string]> {
  for await (const { Id, Origins } of read(listDistributions({})))
    for (const { DomainName } of Origins?.Items ?? [])
      if (DomainName)
        yield [plainName(DomainName), `the CloudFront distribution ${Id}, whose origin it is`];
}

/**
 * All users of a region, and those that the whole account has.
 * @throws what AWS answers: what could not be read may use any of them
 */
export async function usersOf(read: Read): Promise<BalancerUsers> {
  const users = new Map<string, string>();
  for (const reading of [ofServices, ofGroups, ofEndpoints, ofRecords, ofDistributions])
    for await (const [used, by] of reading(read)) if (!users.has(used)) users.set(used, by);
  return users;
}

/** Who uses one, as it reads in "it is left alone on account of …". */
export function userOf(
  { LoadBalancerArn = "", DNSName = "" }: LoadBalancer,
  groups: readonly TargetGroup[],
  users: BalancerUsers,
): string | undefined {
  const byGroup = groups.flatMap(({ TargetGroupArn = "" }) => users.get(TargetGroupArn) ?? []);
  return byGroup[0] ?? users.get(LoadBalancerArn) ?? users.get(plainName(DNSName));
}
