/**
 * In place of the rules by which the SDK's clients find their hosts: the rules are a language of their
 * own, and cost 6 KB (compressed) of each bundle. Most services name their hosts alike; for others
 * there is a list of forms. A test compares both with the SDK's own rules, for every region and option.
 */
import { partition } from "@aws-sdk/core/client";
import type { EndpointPartition } from "@smithy/types";

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
  /** A configured endpoint is taken whatever else is asked for. */
  readonly endpointFirst?: boolean;
}

/**
 * Forms of hosts with blanks between them: the ordinary one, with validated cryptography, over IPv6
 * too, and both of it. `{region}`, `{global}` (the region of what a partition has once), `{suffix}` and
 * `{dual}` are the partition's; after `@` comes the region that a request is signed for, where it is not
 * the one that is asked.
 */
type Forms = `${string} ${string} ${string} ${string}`;

/** How a service names its hosts that are not named alike. */
export interface ListedHosts {
  readonly forms: Forms;
  /** By region, or by partition; `-` is what the others have. */
  readonly but?: Readonly<Record<string, Forms>>;
}

/** Where a service is asked, and how that is signed where it is signed otherwise. */
interface Place {
  readonly url: URL;
  readonly properties?: { readonly authSchemes: readonly object[] };
}

const publicPartitions: ReadonlySet<string> = new Set(["aws", "aws-cn", "aws-us-gov"]);

const wrong = (why: string): Error => Object.assign(new Error(why), { name: "EndpointError" });

/** As the SDK gives it. */
interface Partition extends EndpointPartition {
  readonly implicitGlobalRegion: string;
}

/** @throws where the partition has no such hosts */
function checked({ UseFIPS, UseDualStack }: EndpointParameters, region: string): Partition {
  const found = partition(region) as Partition;
  const { supportsFIPS, supportsDualStack } = found;
  if (UseFIPS && UseDualStack && !(supportsFIPS && supportsDualStack))
    throw wrong("FIPS and DualStack are enabled, but this partition does not support one or both");
  if (UseFIPS && !supportsFIPS)
    throw wrong("FIPS is enabled but this partition does not support FIPS");
  if (UseDualStack && !supportsDualStack)
    throw wrong("DualStack is enabled but this partition does not support DualStack");
  return found;
}

function hostOf(
  { name, plainInGov, dualStackName }: Hosts,
  parameters: EndpointParameters,
  region: string,
): string {
  const { UseFIPS = false, UseDualStack = false } = parameters;
  const { dnsSuffix, dualStackDnsSuffix, name: of } = checked(parameters, region);
  const ordinary = plainInGov === "always" || (plainInGov === "ipv4" && !UseDualStack);
  const validated = UseFIPS && !(ordinary && of === "aws-us-gov") ? "-fips" : "";
  const own = UseDualStack && publicPartitions.has(of) ? (dualStackName ?? name) : name;
  return `${own}${validated}.${region}.${UseDualStack ? dualStackDnsSuffix : dnsSuffix}`;
}

/**
 * The endpoint that is configured, or the region whose host is to be found.
 * @param first whether the endpoint is taken whatever else is asked for
 */
function asked(
  { Region, Endpoint, UseFIPS, UseDualStack }: EndpointParameters,
  first = false,
): URL | string {
  if (Endpoint && UseFIPS && !first)
    throw wrong("Invalid Configuration: FIPS and custom endpoint are not supported");
  if (Endpoint && UseDualStack && !first)
    throw wrong("Invalid Configuration: Dualstack and custom endpoint are not supported");
  if (Endpoint) return new URL(Endpoint);
  if (!Region) throw wrong("Invalid Configuration: Missing Region");
  return Region;
}

/** Where a service is asked whose hosts are named alike. */
export function endpointOf(hosts: Hosts, parameters: EndpointParameters): Place {
  const place = asked(parameters, hosts.endpointFirst);
  if (typeof place !== "string") return { url: place };
  return { url: new URL(`https://${hostOf(hosts, parameters, place)}`) };
}

/** Where a service is asked whose hosts are listed. */
export function listedEndpointOf(
  { forms, but = {} }: ListedHosts,
  parameters: EndpointParameters,
): Place {
  const region = asked(parameters);
  if (typeof region !== "string") return { url: region };
  const { dnsSuffix, dualStackDnsSuffix, implicitGlobalRegion, name } = checked(parameters, region);
  const known: Readonly<Record<string, string>> = {
    region,
    global: implicitGlobalRegion,
    suffix: dnsSuffix,
    dual: dualStackDnsSuffix,
  };
  const at = (parameters.UseFIPS ? 1 : 0) + (parameters.UseDualStack ? 2 : 0);
  const own = (but[region] ?? but[name])?.split(" ")[at] ?? "-";
  const form = own === "-" ? (forms.split(" ")[at] ?? "") : own;
  const [host, signingRegion] = form
    .replace(/\{(\w+)\}/g, (_whole, key: string) => known[key] ?? "")
    .split("@");
  const url = new URL(`https://${host}`);
  if (!signingRegion) return { url };
  return { url, properties: { authSchemes: [{ name: "sigv4", signingRegion }] } };
}
