/**
 * Writes what AWS has no backups of to files in a bucket of yours, in each slot: zones of Route 53,
 * ready to be imported, parameters of Systems Manager, templates of CloudFormation's stacks and code
 * of Lambda's functions. A slot has one set of each kind; it is one
 * when its manifest is there, which names all files with their hashes and is written last. The bucket
 * must be this account's own, keep versions, be closed to the public and encrypted; else nothing is
 * written. Values that are secrets are read only where the files will be encrypted by a key of yours.
 */
import { headObject } from "../../../aws/s3/file-bucket.ts";
import { automation } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { keepInWords } from "../retention.ts";
import { slotAt } from "../slot.ts";
import { backUpFiles } from "./back-up.ts";
import { type FileKind, type FilePlace, fileKinds, filePlan } from "./config.ts";
import { namedOf } from "./named.ts";
import {
  bucketName,
  bucketReads,
  bucketRefusal,
  fileMaker,
  inBucket,
  manifestName,
  setFolder,
} from "./place.ts";

/** A slot of a kind, and what there is of it. */
export interface FoundFiles {
  readonly about: FileKind;
  readonly slot: string;
  readonly place: FilePlace;
  /** Where its files are to be. */
  readonly folder: string;
  /** Why nothing may be written to the bucket. */
  readonly refusal: string | undefined;
  /** Who wrote its manifest; nothing where there is none. */
  readonly by: string | undefined;
}

const isKind = (about: string): about is FileKind =>
  (fileKinds as readonly string[]).includes(about);

/** What of them is read and written only under a key of one's own. */
const secretsOf: Partial<Readonly<Record<FileKind, string>>> = {
  parameters: "SecureStrings",
  code: "environments",
};

/** The region that writes what no region has: the first that has a bucket. */
const writesGlobal = (buckets: readonly FilePlace[], regions: readonly string[]) =>
  regions.find((region) => buckets.some((each) => each.region === region));

export default automation({
  id: fileMaker,
  family: "backup",
  summary: "Writes zones, parameters, templates and code to files in a bucket of yours",
  on: [sweep("cron(45 * * * ? *)", { window: minutes(10) })],
  config: filePlan,
  exemptByName: true,
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  named: namedOf,
  reads: [...bucketReads, headObject],
  writes: [backUpFiles],
  lost: [
    "The files of a set that an undo takes back are hidden by S3's markers, and gone when the bucket's lifecycle ends old versions.",
  ],

  async *find({ read, only, config, now, account, region, regions, note }) {
    const chosen = config.buckets.find((each) => each.region === region);
    const place = chosen && { ...chosen, bucket: bucketName(chosen.bucket, { account, region }) };
    if (!place) {
      if (!only && config.buckets.length > 0)
        note(
          `No bucket of the settings lies in ${region}: nothing of it is written to files. Name one in \`buckets\`, or take ${region} out of \`regions\`.`,
        );
      return;
    }
    const current = slotAt(now, config).name;
    const names = only?.flatMap((id) => setNameOf(id) ?? []) ?? [];
    const isFirst = writesGlobal(config.buckets, regions) === region;
    const kinds = config.kinds.filter((about) => about !== "zones" || isFirst);
    const wanted = only ? names : kinds.map((about) => ({ about, slot: current }));
    const refusal = wanted.length ? await bucketRefusal(read, place, account) : undefined;
    for (const { about, slot } of wanted) {
      if (!isKind(about) || !kinds.includes(about)) continue;
      const folder = setFolder({ account, region }, { about, slot });
      const asked = {
        ...inBucket({ bucket: place.bucket, owner: account }),
        Key: folder + manifestName,
      };
      const manifest = refusal === undefined ? await read(headObject(asked)) : undefined;
      const by = manifest && (manifest.Metadata?.action ?? "somebody else");
      yield { about, slot, place, folder, refusal, by } satisfies FoundFiles;
    }
  },

  target: (found) => ({
    id: setId(found),
    tags: {},
    within: { id: found.about, tags: {} },
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, by }) => ({ slot, manifest: by === undefined ? null : manifestName }),

  becomes: ({ slot }) => ({ slot, manifest: manifestName }),

  propose({ about, slot, place, folder, refusal, by }, { config: { keep }, account, region }) {
    if (refusal !== undefined) throw new CannotJudge(refusal);
    if (by !== undefined) return;
    const { bucket, key } = place;
    const secrets = key === undefined ? secretsOf[about] : undefined;
    const without =
      secrets === undefined
        ? ""
        : `; values of ${secrets} are left out: the settings name no key for the bucket`;
    return {
      because: `they have no files of the slot ${slot} in ${bucket}${without}`,
      call: backUpFiles({
        ...{
          about,
          slot,
          setName: setId({ about, slot }),
          account,
          region,
          bucket,
          owner: account,
          folder,
        },
        ...(key !== undefined && { key }),
        keep: { ...keep },
        keepText: keepInWords(keep),
      }),
    };
  },
});
