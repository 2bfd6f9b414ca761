/** Records of Route 53 that lead to endpoints by their own names. */
import type { VpcEndpoint } from "@aws-sdk/client-ec2";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import { listHostedZones } from "../../../aws/route53/zone.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfLeadingRecords = [listHostedZones, listResourceRecordSets] as const;
type Read = Reader<typeof readsOfLeadingRecords>;

const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Where a record leads. */
const targetsOf = ({ AliasTarget, ResourceRecords = [] }: ResourceRecordSet): readonly string[] =>
  [AliasTarget?.DNSName, ...ResourceRecords.map(({ Value }) => Value)].flatMap((name) =>
    name ? plainName(name) : [],
  );

const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "NoSuchHostedZone";

/** Of a zone that is deleted while it is read there are none. */
async function* recordsIn(read: Read, HostedZoneId: string | undefined) {
  try {
    yield* read(listResourceRecordSets({ HostedZoneId }));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** @returns by the id of an endpoint, the names of the records that lead there */
export async function recordsOf(
  read: Read,
  endpoints: readonly VpcEndpoint[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const byName = new Map(
    endpoints.flatMap(({ VpcEndpointId = "", DnsEntries = [] }) =>
      DnsEntries.flatMap(({ DnsName }) =>
        DnsName ? [[plainName(DnsName), VpcEndpointId] as const] : [],
      ),
    ),
  );
  const found = new Map<string, string[]>();
  if (byName.size === 0) return found;
  for await (const { Id } of read(listHostedZones({})))
    for await (const record of recordsIn(read, Id))
      for (const target of targetsOf(record)) {
        const endpoint = byName.get(target);
        if (endpoint === undefined) continue;
        const names = found.get(endpoint) ?? [];
        found.set(endpoint, [...names, plainName(record.Name ?? "")]);
      }
  return found;
}
