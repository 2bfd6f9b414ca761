/** One set of files, from its first to the manifest that makes it one. */
import { listObjectsV2 } from "../../../aws/s3/file-bucket.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { hours } from "../../../sdk/time.ts";
import type { SetName } from "../backup-set.ts";
import type { Keep } from "../retention.ts";
import { writeCode } from "./code.ts";
import type { FileKind } from "./config.ts";
import { removeSet, type WrittenPart, writeManifest } from "./files.ts";
import { type FilePart, writeParameters } from "./parameters.ts";
import { inBucket, type OwnBucket } from "./place.ts";
import { writeTemplates } from "./templates.ts";
import { writeZones } from "./zones.ts";

/** What is to be written. */
export interface BackUpFiles extends SetName, OwnBucket {
  readonly about: FileKind;
  /** `zones@2026-11-21`: what it is about as a target. */
  readonly setName: string;
  readonly account: string;
  readonly region: string;
  readonly folder: string;
  readonly key?: string;
  readonly keep: Keep;
  readonly keepText: string;
}

const writes = [writeZones, writeParameters, writeTemplates, writeCode, writeManifest] as const;
const reads = [listObjectsV2] as const;
type Aws = Carrier<typeof reads, typeof writes>;

/** More are no list that ends. */
const mostParts = 1000;

const writers: Readonly<Record<FileKind, (part: FilePart, aws: Aws) => Promise<WrittenPart>>> = {
  zones: (part, aws) => aws.write(writeZones(part)),
  parameters: (part, aws) => aws.write(writeParameters(part)),
  templates: (part, aws) => aws.write(writeTemplates(part)),
  code: (part, aws) => aws.write(writeCode(part)),
};

export const backUpFiles = flow({
  id: "back-up-files",
  reads,
  writes,
  longest: hours(12),

  async carry(backUp: BackUpFiles, aws) {
    const { about, slot, bucket, owner, folder, key, account, region, keepText } = backUp;
    const set = {
      ...{ about, slot, bucket, owner, folder },
      ...(key !== undefined && { key }),
      ...aws.carries,
    };
    let [after, things, leftOut]: [string | null, number, number] = [null, 0, 0];
    // A layer of many functions is written once, whichever steps come upon it.
    const keys = new Set<string>();
    for (let part = 1; part <= mostParts; part += 1) {
      const written = await writers[about]({ ...set, part, after }, aws);
      for (const key of written.keys) keys.add(key);
      things += written.things;
      leftOut += written.leftOut;
      after = written.next;
      if (after === null) break;
    }
    if (after !== null) throw new Error(`the ${about} do not end after ${mostParts} parts`);
    const counted = { files: keys.size, things, leftOut };
    const at = aws.began.toISOString();
    const finished = await aws.write(
      writeManifest({ ...set, account, region, at, keep: keepText, ...counted }),
    );
    const { Manifest } = finished;
    const isThere = await aws.look("the manifest is there", async (read) => {
      const listed = read(listObjectsV2({ ...inBucket(set), Prefix: Manifest }));
      return (await Array.fromAsync(listed)).some(({ Key }) => Key === Manifest);
    });
    if (!isThere) throw new Error(`${Manifest} was written, and is not there`);
    return finished;
  },

  inverse: [
    removeSet,
    ({ setName, bucket, owner }, { Manifest, sha256 }) => ({
      ...{ setName, bucket, owner, Manifest, sha256 },
    }),
  ],
});
