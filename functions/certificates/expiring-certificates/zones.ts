/** Reads what our zones say at the names of proofs, in as few requests as there can be. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import { listHostedZones } from "../../../aws/route53/zone.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { bare, namesBetween, textOf, type Zone, zoneOf } from "./proofs.ts";

export const zoneReads = [listHostedZones, listResourceRecordSets] as const;
type Read = Reader<typeof zoneReads>;

/** Records that Route 53 gives at once. */
const perPage = 300;

export async function publicZones(read: Read): Promise<readonly Zone[]> {
  const zones = await Array.fromAsync(read(listHostedZones({})));
  return zones.filter(({ Config }) => !Config?.PrivateZone).map(zoneOf);
}

/** By name, of those that are asked for. */
export type RecordsAt = ReadonlyMap<string, readonly ResourceRecordSet[]>;

async function recordsAtName(
  read: Read,
  zone: Zone,
  name: string,
): Promise<readonly ResourceRecordSet[]> {
  const found: ResourceRecordSet[] = [];
  const from = { HostedZoneId: zone.id, StartRecordName: name, MaxItems: 10 };
  for await (const record of read(listResourceRecordSets(from))) {
    if (bare(record.Name ?? "") !== name) return found;
    found.push(record);
  }
  return found;
}

async function recordsAtAll(read: Read, zone: Zone, names: ReadonlySet<string>) {
  const found: ResourceRecordSet[] = [];
  for await (const record of read(listResourceRecordSets({ HostedZoneId: zone.id })))
    if (names.has(bare(record.Name ?? ""))) found.push(record);
  return Map.groupBy(found, ({ Name = "" }) => bare(Name));
}

/** Route 53 takes five requests a second of an account: name by name, or all pages of the zone. */
export async function recordsAt(
  read: Read,
  zone: Zone,
  names: ReadonlySet<string>,
): Promise<RecordsAt> {
  if (names.size > Math.ceil(zone.size / perPage)) return recordsAtAll(read, zone, names);
  const found = new Map<string, readonly ResourceRecordSet[]>();
  for (const name of names) found.set(name, await recordsAtName(read, zone, name));
  return found;
}

/** A name and all those above it in its zone. */
export const withNamesBetween = (name: string, zone: Zone): readonly string[] => [
  name,
  ...namesBetween(name, zone),
];

export const textsAt = (records: RecordsAt, name: string): readonly string[] =>
  (records.get(name) ?? []).map(textOf);

/** The name at which the zone hands what lies below to other servers. */
export const handedOverAt = (records: RecordsAt, name: string, zone: Zone): string | undefined =>
  namesBetween(name, zone).find((between) =>
    records.get(between)?.some(({ Type }) => Type === "NS"),
  );
