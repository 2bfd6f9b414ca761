/** In which zone a name is proven, and under which record. */

import { domainToASCII } from "node:url";
import type { HostedZone } from "@aws-sdk/client-route-53";
import { getHostedZone, listHostedZones } from "../../aws/route53/zone.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Reader } from "../../sdk/unit.ts";
import type { NameServers } from "./name-servers.ts";

const prefix = "_acme-challenge.";

export const readsOfZones = [listHostedZones, getHostedZone] as const;
type Read = Reader<typeof readsOfZones>;

/** Where a name is proven. */
export interface ChallengePlace {
  /** The name that is proven, in ASCII, without `*.`. */
  readonly about: string;
  /** Id of the zone. */
  readonly zone: string;
  /** Of the record, with a dot at its end. */
  readonly record: string;
  /** The zone's servers, each of which must know the record. */
  readonly servers: readonly string[];
}

/** What looks at zones asks. */
export interface ZoneSearch {
  readonly read: Read;
  readonly servers: NameServers;
  /** By name, the record in another zone that its own record is an alias of. */
  readonly delegated: Readonly<Record<string, string>>;
}

/** As directories and zones write names: in small ASCII letters, without a dot at the end. */
export const asciiName = (name: string): string => {
  const bare = name.trim().replace(/\.$/, "");
  const [wildcard, rest] = bare.startsWith("*.") ? ["*.", bare.slice(2)] : ["", bare];
  const ascii = domainToASCII(rest);
  return ascii && wildcard + ascii;
};

const withoutWildcard = (name: string): string => name.replace(/^\*\./, "");
const bare = (name: string): string => name.replace(/\.$/, "").toLowerCase();

/** The longest zone that a record lies in, of the public ones. */
function zoneFor(record: string, zones: readonly HostedZone[]): HostedZone {
  const around = zones.filter(({ Name = "" }) => {
    const zone = bare(Name);
    return record === zone || record.endsWith(`.${zone}`);
  });
  const longest = Math.max(...around.map(({ Name = "" }) => Name.length));
  const [zone, other] = around.filter(({ Name = "" }) => Name.length === longest);
  if (!zone)
    throw new NotPossible(
      `no public zone of this account holds ${record}: make the zone, take the name out, or name in \`delegated\` where its record is an alias of`,
    );
  if (other)
    throw new NotPossible(
      `two public zones of this account are named ${bare(zone.Name ?? "")} (${zone.Id} and ${other.Id}): which of them the Internet sees cannot be known, so nothing is changed. Delete the one that is not delegated to`,
    );
  return zone;
}

/** Where the record of a name really lies: its own, or what that is an alias of. */
async function recordOf(name: string, { servers, delegated }: ZoneSearch): Promise<string> {
  const own = prefix + name;
  const alias = await servers.alias(own);
  const wanted = delegated[name];
  if (wanted === undefined && alias === undefined) return own;
  if (wanted === undefined)
    throw new NotPossible(
      `${own} is an alias of ${alias}: say so in \`delegated\` ({ "${name}": "${alias}" }), or delete the alias`,
    );
  const target = bare(wanted);
  if (alias === target) return target;
  const is = alias === undefined ? "has no such record" : `is an alias of ${alias}`;
  throw new NotPossible(
    `\`delegated\` says that ${own} is an alias of ${target}, and it ${is}: make the record CNAME ${target}`,
  );
}

async function serversOf(zone: HostedZone, { read, servers }: ZoneSearch): Promise<string[]> {
  const found = await read(getHostedZone({ Id: zone.Id }));
  const own = (found?.DelegationSet?.NameServers ?? []).map(bare);
  const name = bare(zone.Name ?? "");
  const seen = await servers.serversOf(name);
  if (own.some((server) => seen.includes(server))) return own;
  const where = seen.length ? `to ${seen.join(", ")}` : "nowhere";
  throw new NotPossible(
    `the Internet is sent ${where} for ${name}, and not to the servers of the zone ${zone.Id}: delegate it to ${own.join(", ")}, or prove the name elsewhere by \`delegated\``,
  );
}

const zoneIdOf = ({ Id = "" }: HostedZone): string => Id.replace("/hostedzone/", "");

/**
 * A place for each name; that of a wildcard is the same as that of its apex.
 * @throws {NotPossible} for a name that cannot be proven here, with the remedy
 */
export async function placesOf(
  names: readonly string[],
  search: ZoneSearch,
): Promise<ChallengePlace[]> {
  const zones = (await Array.fromAsync(search.read(listHostedZones({})))).filter(
    ({ Config }) => !Config?.PrivateZone,
  );
  const servers = new Map<string, string[]>();
  const places: ChallengePlace[] = [];
  for (const about of new Set(names.map(withoutWildcard))) {
    const record = await recordOf(about, search);
    const zone = zoneFor(record, zones);
    const id = zoneIdOf(zone);
    const known = servers.get(id) ?? (await serversOf(zone, search));
    servers.set(id, known);
    places.push({ about, zone: id, record: `${record}.`, servers: known });
  }
  return places;
}
