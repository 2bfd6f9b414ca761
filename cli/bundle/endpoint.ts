/**
 * In place of the rules by which the SDK's clients find their hosts, for services whose hosts are
 * named alike: the rules are a language of their own, and cost 6 KB (compressed) of each bundle. A
 * test compares it with the SDK's own rules, for every region and option.
 */
import { partition } from "@aws-sdk/core/client";

/** What a client knows when it asks; names are the SDK's. */
export interface EndpointParameters {
  readonly Region?: string;
  readonly Endpoint?: string;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
}

/** How a service names its hosts. */
export interface Hosts {
  readonly name: string;
  /**
   * In GovCloud its ordinary host is the one with validated cryptography: over IPv4 alone, or
   * always.
   */
  readonly plainInGov?: "ipv4" | "always";
  /** Its name where it answers over IPv6 too, in the partitions that are public. */
  readonly dualStackName?: string;
}

const publicPartitions: ReadonlySet<string> = new Set(["aws", "aws-cn", "aws-us-gov"]);

const wrong = (why: string): Error => Object.assign(new Error(why), { name: "EndpointError" });

function hostOf(
  { name, plainInGov, dualStackName }: Hosts,
  parameters: EndpointParameters,
  region: string,
): string {
  const { UseFIPS = false, UseDualStack = false } = parameters;
  const {
    dnsSuffix,
    dualStackDnsSuffix,
    supportsFIPS,
    supportsDualStack,
    name: of,
  } = partition(region);
  if (UseFIPS && UseDualStack && !(supportsFIPS && supportsDualStack))
    throw wrong("FIPS and DualStack are enabled, but this partition does not support one or both");
  if (UseFIPS && !supportsFIPS)
    throw wrong("FIPS is enabled but this partition does not support FIPS");
  if (UseDualStack && !supportsDualStack)
    throw wrong("DualStack is enabled but this partition does not support DualStack");
  const ordinary = plainInGov === "always" || (plainInGov === "ipv4" && !UseDualStack);
  const validated = UseFIPS && !(ordinary && of === "aws-us-gov") ? "-fips" : "";
  const own = UseDualStack && publicPartitions.has(of) ? (dualStackName ?? name) : name;
  return `${own}${validated}.${region}.${UseDualStack ? dualStackDnsSuffix : dnsSuffix}`;
}

/** Where a service is asked. */
export function endpointOf(hosts: Hosts, parameters: EndpointParameters): { readonly url: URL } {
  const { Region, Endpoint, UseFIPS, UseDualStack } = parameters;
  if (Endpoint && UseFIPS)
    throw wrong("Invalid Configuration: FIPS and custom endpoint are not supported");
  if (Endpoint && UseDualStack)
    throw wrong("Invalid Configuration: Dualstack and custom endpoint are not supported");
  if (Endpoint) return { url: new URL(Endpoint) };
  if (!Region) throw wrong("Invalid Configuration: Missing Region");
  return { url: new URL(`https://${hostOf(hosts, parameters, Region)}`) };
}
