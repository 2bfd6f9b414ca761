/**
 * Zones of Route 53 as files: one says what the zone is and has, and others are batches of changes that
 * `aws route53 change-resource-record-sets --change-batch file://…` takes as they stand.
 */
import type { HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { listResourceRecordSets } from "../../../aws/route53/record.ts";
import {
  getHostedZone,
  hostedZonesPage,
  listRouteTagsForResource,
} from "../../../aws/route53/zone.ts";
import { putObject } from "../../../aws/s3/file-bucket.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import {
  jsonText,
  type NewFile,
  putSetFile,
  removeFiles,
  type WrittenPart,
  withoutThem,
} from "./files.ts";
import type { FilePart } from "./parameters.ts";

/** A step asks all that these have, at five requests a second. */
const zonesAStep = 10;

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
const isImported = (record: ResourceRecordSet, zone: HostedZone): boolean =>
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

const listHostedZones = hostedZonesPage();
const parts = [
  listHostedZones,
  getHostedZone,
  listRouteTagsForResource,
  listResourceRecordSets,
  putObject,
] as const;
type Use = UsePart<typeof parts>;

/** @returns nothing of a zone that was deleted since it was listed */
async function filesOfZone(use: Use, listed: HostedZone): Promise<NewFile[]> {
  const Id = (listed.Id ?? "").replace("/hostedzone/", "");
  const found = await use(getHostedZone({ Id }));
  const tagged = await use(
    listRouteTagsForResource({ ResourceType: "hostedzone", ResourceId: Id }),
  );
  if (!found || !tagged) return [];
  const records = await Array.fromAsync(use(listResourceRecordSets({ HostedZoneId: Id })));
  const { HostedZone: zone = listed, DelegationSet, VPCs } = found;
  const batches = importBatches(zone, records);
  const imports = batches.map((batch, at) => ({
    name: `${Id}.import-${String(at + 1).padStart(3, "0")}.json`,
    content: jsonText({
      Comment: `${zone.Name} ${at + 1} of ${batches.length}`,
      Changes: batch.map((ResourceRecordSet) => ({ Action: "UPSERT", ResourceRecordSet })),
    }),
  }));
  const own = {
    ...{ HostedZone: zone, DelegationSet, VPCs, Tags: tagged.ResourceTagSet?.Tags },
    records: records.length,
    notImported: records.filter((each) => !isImported(each, zone)),
    imports: imports.map(({ name }) => name),
  };
  return [{ name: `${Id}.zone.json`, content: jsonText(own) }, ...imports];
}

/** Writes the files of some zones. */
export const writeZones = composedWrite("files:WriteZones", {
  parts,
  async does(asked: FilePart, use): Promise<WrittenPart> {
    const { HostedZones = [], NextMarker } = await use(
      listHostedZones({
        MaxItems: zonesAStep,
        ...(asked.after !== null && { Marker: asked.after }),
      }),
    );
    const keys: string[] = [];
    let things = 0;
    for (const zone of HostedZones) {
      const files = await filesOfZone(use, zone);
      things += Math.sign(files.length);
      for (const file of files) keys.push(await putSetFile(use, asked, file));
    }
    return { keys, next: NextMarker ?? null, things, leftOut: 0 };
  },
  inverse: [removeFiles, (asked, written) => withoutThem(asked, written)],
});
