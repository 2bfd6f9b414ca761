/**
 * Who names an address: DNS records of this account and rules of its security groups. What is named
 * somewhere is waited for there; once it is released, whoever gets it next gets what was meant for
 * it: visitors, mail in the domain's name, a way through a firewall.
 */
import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { describeAddressesAttribute } from "../../../aws/ec2/address.ts";
import { describeSecurityGroups } from "../../../aws/ec2/security-group.ts";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import { listHostedZones } from "../../../aws/route53/zone.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfNames = [
  describeAddressesAttribute,
  describeSecurityGroups,
  listHostedZones,
  listResourceRecordSets,
] as const;
type Read = Reader<typeof readsOfNames>;

/** By address, who names it, as it reads in "it is left alone on account of …". */
type Names = Map<string, string>;

/** A filter takes so many values. */
const filterValues = 200;

/** Of a zone that is deleted while it is read. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "NoSuchHostedZone";

/** As in an A record, or in SPF (`ip4:`). */
const anAddress = /(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)/g;
/** As in the host name that EC2 gives an address. */
const aHost = /\bec2-(\d{1,3}(?:-\d{1,3}){3})\./gi;

/** The addresses that a record names, whatever its type. */
export const addressesIn = ({ ResourceRecords = [] }: ResourceRecordSet): string[] =>
  ResourceRecords.flatMap(({ Value = "" }) => [
    ...(Value.match(anAddress) ?? []),
    ...[...Value.matchAll(aHost)].map(([, dashed = ""]) => dashed.replaceAll("-", ".")),
  ]);

async function namedByRecords(read: Read, asked: ReadonlySet<string>): Promise<Names> {
  const names: Names = new Map();
  for await (const { Id: HostedZoneId } of read(listHostedZones({})))
    try {
      for await (const record of read(listResourceRecordSets({ HostedZoneId })))
        for (const address of addressesIn(record))
          if (asked.has(address) && !names.has(address))
            names.set(
              address,
              `the ${record.Type} record ${record.Name} in Route 53, which names it`,
            );
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  return names;
}

const cidrsOf = (permissions: readonly IpPermission[] | undefined): string[] =>
  (permissions ?? []).flatMap(({ IpRanges = [] }) =>
    IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []),
  );

function* addressesInRules(group: SecurityGroup): Generator<string> {
  for (const cidr of [...cidrsOf(group.IpPermissions), ...cidrsOf(group.IpPermissionsEgress)])
    if (cidr.endsWith("/32")) yield cidr.slice(0, -"/32".length);
}

async function namedByRules(read: Read, asked: ReadonlySet<string>): Promise<Names> {
  const names: Names = new Map();
  for (const Name of ["ip-permission.cidr", "egress.ip-permission.cidr"])
    for (const some of chunks([...asked], filterValues)) {
      const Values = some.map((address) => `${address}/32`);
      for await (const group of read(describeSecurityGroups({ Filters: [{ Name, Values }] })))
        for (const address of addressesInRules(group))
          names.set(address, `the rules of security group ${group.GroupId}, which name it`);
    }
  return names;
}

async function namedInReverse(read: Read, asked: ReadonlySet<string>): Promise<Names> {
  const names: Names = new Map();
  for await (const { PublicIp = "", PtrRecord, PtrRecordUpdate } of read(
    describeAddressesAttribute({ Attribute: "domain-name" }),
  )) {
    const name = PtrRecord ?? PtrRecordUpdate?.Value;
    if (name && asked.has(PublicIp)) names.set(PublicIp, `its name in reverse DNS, ${name}`);
  }
  return names;
}

/**
 * Who names each of some addresses. Zones are read only for those that nothing nearer names: the
 * whole account has few requests to Route 53 a second.
 * @throws what AWS answers: what could not be read may name any of them
 */
export async function whoNames(
  read: Read,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names: Names = new Map();
  for (const look of [namedInReverse, namedByRules, namedByRecords]) {
    const left = new Set(addresses.filter((address) => !names.has(address)));
    if (left.size === 0) break;
    for (const [address, by] of await look(read, left)) names.set(address, by);
  }
  return names;
}
