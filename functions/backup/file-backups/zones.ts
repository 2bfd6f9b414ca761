/**
 * Zones of Route 53 as files: one says what the zone is and has, and others are batches of changes that
 * `aws route53 change-resource-record-sets --change-batch file://…` takes as they stand.
 */
import type { HostedZone } from "@aws-sdk/client-route-53";
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
import { importBatches, isImported } from "./import-batches.ts";
import type { FilePart } from "./parameters.ts";

/** A step asks all that these have, at five requests a second. */
const zonesAStep = 10;

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
