/** Records as batches that Route 53 takes as they stand. */
import type { HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";

/**
 * What Route 53 takes in one batch: an UPSERT counts twice.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
 */
const mostRecords = 1000 / 2;
const mostCharacters = 32_000 / 2;

/** Route 53 gives a new zone its own of both, and lets nobody create them. */
const isZonesOwn = ({ Name, Type }: ResourceRecordSet, zone: HostedZone): boolean =>
  Name === zone.Name && (Type === "NS" || Type === "SOA");

/**
 * What a traffic policy made is made again by the policy alone: Route 53 takes it in no batch, and would
 * refuse all of the batch with it.
 */
export const isImported = (record: ResourceRecordSet, zone: HostedZone): boolean =>
  !isZonesOwn(record, zone) && record.TrafficPolicyInstanceId === undefined;

/** What others point at comes first. */
const aliasesLast = (all: readonly ResourceRecordSet[]): ResourceRecordSet[] =>
  all.toSorted((a, b) => Number(Boolean(a.AliasTarget)) - Number(Boolean(b.AliasTarget)));

const charactersOf = ({ ResourceRecords = [] }: ResourceRecordSet): number =>
  ResourceRecords.reduce((sum, { Value = "" }) => sum + Value.length, 0);

/** @returns batches that Route 53 takes, in the order to import them */
export function importBatches(
  zone: HostedZone,
  records: readonly ResourceRecordSet[],
): ResourceRecordSet[][] {
  const batches: ResourceRecordSet[][] = [];
  let [count, characters] = [mostRecords, 0];
  for (const record of aliasesLast(records.filter((each) => isImported(each, zone)))) {
    const [more, longer] = [record.ResourceRecords?.length || 1, charactersOf(record)];
    if (count + more > mostRecords || characters + longer > mostCharacters) {
      batches.push([]);
      [count, characters] = [0, 0];
    }
    batches.at(-1)?.push(record);
    count += more;
    characters += longer;
  }
  return batches;
}
