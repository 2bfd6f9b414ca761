/** In which zone a name is proven, and under which record. */

import { domainToASCII } from "node:url";
import type { HostedZone } from "@aws-sdk/client-route-53";
import { listResourceRecordSets } from "../../aws/route53/record.ts";
import { getHostedZone, listHostedZones } from "../../aws/route53/zone.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Reader } from "../../sdk/unit.ts";
import type { NameServers } from "./name-servers.ts";

const prefix = "_acme-challenge.";

export const readsOfZones = [listHostedZones, getHostedZone, listResourceRecordSets] as const;
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

/** The longest zones that a record lies in: more than one where several have the same name. */
function zonesAround(record: string, zones: readonly HostedZone[]): HostedZone[] {
  const around = zones.filter(({ Name = "" }) => {
    const zone = bare(Name);
    return record === zone || record.endsWith(`.${zone}`);
  });
  const longest = Math.max(...around.map(({ Name = "" }) => Name.length));
  return around.filter(({ Name = "" }) => Name.length === longest);
}

/** The longest zone that a record lies in, of the public ones. */
function zoneFor(record: string, zones: readonly HostedZone[]): HostedZone {
  const [zone, other] = zonesAround(record, zones);
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

/**
 * Whether an alias that the Internet sees stands at that very name in a zone of ours, or may, in one
 * of others. Else a wildcard of our zone answers for it, which a record at the name itself ends.
 */
async function isWritten(
  record: string,
  zones: readonly HostedZone[],
  read: Read,
): Promise<boolean> {
  const [zone] = zonesAround(record, zones);
  if (!zone) return true;
  const asked = { HostedZoneId: zone.Id, StartRecordName: record, MaxItems: 1 };
  for await (const { Name = "" } of read(listResourceRecordSets(asked)))
    return bare(Name) === record;
  return false;
}

const mostAliases = 8;

/** What a record stands for at the end, over all aliases in between; nothing where it is none. */
async function endOfAliases(servers: NameServers, record: string): Promise<string | undefined> {
  let end: string | undefined;
  for (let hop = 0; hop < mostAliases; hop += 1) {
    const next = await servers.alias(end ?? record);
    if (next === undefined) return end;
    end = next;
  }
  throw new NotPossible(
    `${record} is an alias of an alias, and so on for more than ${mostAliases}: let it point straight at the record`,
  );
}

/** Where the record of a name really lies: its own, or what that is an alias of. */
async function recordOf(
  name: string,
  zones: readonly HostedZone[],
  { servers, delegated, read }: ZoneSearch,
): Promise<string> {
  const own = prefix + name;
  const alias = await endOfAliases(servers, own);
  const wanted = delegated[name];
  if (wanted === undefined && alias === undefined) return own;
  if (wanted === undefined && !(await isWritten(own, zones, read))) return own;
  if (wanted === undefined)
    throw new NotPossible(
      `${own} is an alias of ${alias}: say so in \`delegated\` ({ "${name}": "${alias}" }), or delete the alias`,
    );
  const target = bare(wanted);
  if (alias === target) return target;
  const says = `\`delegated\` says that ${own} is an alias of ${target}`;
  if (alias === undefined)
    throw new NotPossible(`${says}, and it has no such record: make the record CNAME ${target}`);
  throw new NotPossible(
    `${says}, and it is an alias of ${alias} in the end: name that in \`delegated\`, or make the record CNAME ${target}`,
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

/** `_acme-challenge.a.b.example.com`, `a.b.example.com` and `b.example.com`, in example.com. */
function namesBelow(zone: string, record: string): string[] {
  if (record === zone) return [];
  const labels = record.slice(0, -zone.length - 1).split(".");
  return labels.map((_, at) => [...labels.slice(at), zone].join("."));
}

/**
 * The name at which the Internet is sent away from our zone before it comes to the record.
 * @param known what was found out already, by name
 */
async function handedOver(
  record: string,
  zone: string,
  { servers, known }: { readonly servers: NameServers; readonly known: Map<string, string[]> },
): Promise<string | undefined> {
  for (const name of namesBelow(zone, record)) {
    const seen = known.get(name) ?? [...(await servers.serversOf(name))];
    known.set(name, seen);
    // Asked for an alias, servers answer for what it stands for.
    if (seen.length && (await servers.alias(name)) === undefined)
      return `${name} is handed over to ${seen.join(", ")}, so that nobody finds ${record} in the zone ${zone}: make a zone ${name} in this account and delegate to that, take the name out, or prove it elsewhere by \`delegated\``;
  }
  return undefined;
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
  const below = { servers: search.servers, known: new Map<string, string[]>() };
  const places: ChallengePlace[] = [];
  for (const about of new Set(names.map(withoutWildcard))) {
    const record = await recordOf(about, zones, search);
    const zone = zoneFor(record, zones);
    const id = zoneIdOf(zone);
    const known = servers.get(id) ?? (await serversOf(zone, search));
    servers.set(id, known);
    const away = await handedOver(record, bare(zone.Name ?? ""), below);
    if (away !== undefined) throw new NotPossible(away);
    places.push({ about, zone: id, record: `${record}.`, servers: known });
  }
  return places;
}
