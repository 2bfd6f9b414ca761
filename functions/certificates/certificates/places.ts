/**
 * Where an account serves certificates: load balancers, CloudFront and the custom names of API
 * Gateway and App Runner, and, where the settings say so, whatever names its public zones have.
 */
import type { DomainName } from "@aws-sdk/client-api-gateway";
import type { DistributionSummary } from "@aws-sdk/client-cloudfront";
import type { Listener, LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { getDomainNames } from "../../../aws/apigateway/domain-name.ts";
import { listDistributions } from "../../../aws/cloudfront/distribution.ts";
import {
  describeListenerCertificates,
  describeListeners,
  describeLoadBalancers,
} from "../../../aws/elasticloadbalancing/load-balancer.ts";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import { listHostedZones } from "../../../aws/route53/zone.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { TlsEndpoint } from "../probe.ts";
import { appRunnerReads } from "./app-runner.ts";

export const placeReads = [
  describeLoadBalancers,
  describeListeners,
  describeListenerCertificates,
  listDistributions,
  getDomainNames,
  listHostedZones,
  listResourceRecordSets,
  ...appRunnerReads,
] as const;
type Read = Reader<typeof placeReads>;

/** Something that serves. */
export interface ServedPlace {
  /** `load balancer web`. */
  readonly what: string;
  readonly host: string;
  readonly port: number;
  /** What it is asked for. */
  readonly names: readonly string[];
  /** Certificates that it was given, whose names it is asked for too. */
  readonly arns: readonly string[];
  /** Records that ACM looks for and does not find, of a certificate that its service keeps. */
  readonly waits?: { readonly arn: string; readonly records: readonly string[] };
}

/** One that nobody outside reaches. */
export interface PrivatePlace {
  readonly what: string;
  readonly why: string;
}

export type FoundPlace = ServedPlace | PrivatePlace;

export const isPlace = (found: FoundPlace): found is ServedPlace => "host" in found;

const isSecure = ({ Protocol }: Listener): boolean => Protocol === "HTTPS" || Protocol === "TLS";

async function certificatesOf(read: Read, { ListenerArn }: Listener): Promise<string[]> {
  const listed = await Array.fromAsync(read(describeListenerCertificates({ ListenerArn })));
  return [...new Set(listed.flatMap(({ CertificateArn }) => CertificateArn ?? []))];
}

async function* atLoadBalancer(read: Read, balancer: LoadBalancer): AsyncGenerator<FoundPlace> {
  const { LoadBalancerArn, LoadBalancerName, DNSName: host = "", Scheme } = balancer;
  const what = `load balancer ${LoadBalancerName}`;
  for await (const listener of read(describeListeners({ LoadBalancerArn }))) {
    if (!isSecure(listener)) continue;
    if (Scheme === "internal") {
      yield { what, why: "it is internal, where no probe reaches it" };
      return;
    }
    const arns = await certificatesOf(read, listener);
    yield { what, host, port: listener.Port ?? 443, names: [], arns };
  }
}

export async function* atLoadBalancers(read: Read): AsyncGenerator<FoundPlace> {
  for await (const balancer of read(describeLoadBalancers({})))
    yield* atLoadBalancer(read, balancer);
}

export async function* atDistributions(read: Read): AsyncGenerator<FoundPlace> {
  for await (const distribution of read(listDistributions({})))
    if (distribution.Enabled) yield atDistribution(distribution);
}

function atDistribution({ Id, DomainName: host = "", Aliases }: DistributionSummary): ServedPlace {
  return {
    what: `CloudFront ${Id}`,
    host,
    port: 443,
    names: Aliases?.Items ?? [],
    arns: [],
  };
}

export async function* atCustomNames(read: Read): AsyncGenerator<FoundPlace> {
  for await (const custom of read(getDomainNames({}))) yield atCustomName(custom);
}

function atCustomName(custom: DomainName): FoundPlace {
  const what = `API Gateway ${custom.domainName}`;
  if (custom.endpointConfiguration?.types?.includes("PRIVATE"))
    return { what, why: "it is private, where no probe reaches it" };
  const host = custom.regionalDomainName ?? custom.distributionDomainName;
  if (!host) return { what, why: `API Gateway names no host of it (${custom.domainNameStatus})` };
  return { what, host, port: 443, names: [custom.domainName ?? host], arns: [] };
}

const leads = new Set<ResourceRecordSet["Type"]>(["A", "AAAA", "CNAME"]);
/** Not `*`, which Route 53 writes so, nor names that are no host's. */
const isHostName = (name: string): boolean => !/^(\\052|_)|\._/.test(name);

/** All of its public zones: whether anything serves there, the probe says. */
export async function* atZones(read: Read): AsyncGenerator<ServedPlace> {
  for await (const { Id = "", Config } of read(listHostedZones({}))) {
    if (Config?.PrivateZone) continue;
    const seen = new Set<string>();
    const HostedZoneId = Id.replace("/hostedzone/", "");
    for await (const { Name = "", Type } of read(listResourceRecordSets({ HostedZoneId }))) {
      const host = Name.replace(/\.$/, "");
      if (!leads.has(Type) || !isHostName(host) || seen.has(host)) continue;
      seen.add(host);
      yield { what: `the zone ${HostedZoneId}`, host, port: 443, names: [], arns: [] };
    }
  }
}

/** A name that a wildcard covers. */
const within = (name: string): string => name.replace(/^\*\./, "www.");

/** What is asked for at a place: each of its names, and a name of each certificate that it has. */
export function endpointsAt(
  { host, port, names, arns }: ServedPlace,
  namesOf: (arn: string) => readonly string[],
): TlsEndpoint[] {
  const first = arns.flatMap((arn) => namesOf(arn)[0] ?? []);
  const asked = [...new Set([...names, ...first].map(within))];
  return asked.length ? asked.map((name) => ({ host, port, name })) : [{ host, port }];
}
