/** Records of the account's public zones, and how one is called. */
import type { ResourceRecordSet, RRType } from "@aws-sdk/client-route-53";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import { listHostedZones } from "../../../aws/route53/zone.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfRecords = [listHostedZones, listResourceRecordSets] as const;
type Read = Reader<typeof readsOfRecords>;

/** A record, and where it stands. */
export interface ZonedRecord {
  /** Id of the zone. */
  readonly zone: string;
  readonly record: ResourceRecordSet;
}

/** `Z1/www.example.com./A/blue`: a zone holds one of each. The name is as the calls about it have it. */
export const recordId = ({
  zone,
  record: { Name = "", Type, SetIdentifier },
}: ZonedRecord): string => [zone, Name, Type, ...(SetIdentifier ? [SetIdentifier] : [])].join("/");

/** Of a zone that is deleted while it is read. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "NoSuchHostedZone";

export const hostTypes: readonly RRType[] = ["A", "AAAA", "CNAME"];

/** Names that begin so are no host's: proofs, keys of mail, services. */
const isHost = (name: string): boolean => !name.startsWith("_") && !name.includes("._");

/** @param only ids of records; `undefined`: all of public zones. Nobody outside reaches private ones. */
export async function* publicRecords(
  read: Read,
  only: readonly string[] | undefined,
): AsyncGenerator<ZonedRecord> {
  const asked = only && new Set(only);
  const zones = only && new Set(only.map((id) => id.split("/")[0]));
  for await (const { Id = "", Config } of read(listHostedZones({}))) {
    const zone = Id.replace("/hostedzone/", "");
    if (Config?.PrivateZone || (zones && !zones.has(zone))) continue;
    try {
      for await (const record of read(listResourceRecordSets({ HostedZoneId: zone }))) {
        const found = { zone, record };
        const { Name = "", Type } = record;
        if (!Type || !hostTypes.includes(Type) || !isHost(Name)) continue;
        if (!asked || asked.has(recordId(found))) yield found;
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}
