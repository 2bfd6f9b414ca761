/**
 * Hides sets of `file-backups` that their retention no longer asks for: by grandfather, father and
 * son, as the newest set says. The newest good set of each kind stays, and never fewer than a least
 * number. Only what the ledger and the manifest both say is ours goes. Nothing is destroyed: S3's
 * markers hide the files, undo brings them back, and the bucket's own lifecycle ends old versions.
 */
import * as z from "zod/mini";
import { headObject, listObjectsV2 } from "../../../aws/s3/file-bucket.ts";
import { automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { type SetName, setId } from "../backup-set.ts";
import { type FilePlace, fileBuckets } from "../file-backups/config.ts";
import { namedOf } from "../file-backups/named.ts";
import {
  bucketName,
  fileMaker,
  inBucket,
  manifestName,
  thingFolder,
} from "../file-backups/place.ts";
import {
  type AskLedger,
  type Piece,
  pruningFields,
  type Sparing,
  standingsOf,
} from "../sparing.ts";
import { hideFileSet } from "./hide.ts";

const pruner = "prune-files";
const reads = [listObjectsV2, headObject] as const;

/** A set, by its manifest. */
export interface FoundSet {
  readonly set: SetName;
  /** Of its manifest. */
  readonly key: string;
  /** What the manifest says of itself. */
  readonly sha256: string;
  readonly place: FilePlace;
  readonly account: string;
  readonly standing: Sparing;
}

/** What lies in the folder of one set. */
interface Folder {
  readonly set: SetName;
  readonly manifest: boolean;
  readonly files: number;
}

interface Looking {
  readonly read: Reader<typeof reads>;
  readonly place: FilePlace;
  readonly account: string;
  readonly region: string;
}

/** All kinds and slots, in one listing. */
async function foldersIn({ read, place, account, region }: Looking): Promise<Folder[]> {
  const Prefix = thingFolder({ account, region }, "").slice(0, -1);
  const folders = new Map<string, Folder>();
  const asked = { ...inBucket({ bucket: place.bucket, owner: account }), Prefix };
  for await (const { Key = "" } of read(listObjectsV2(asked))) {
    const [about, slot, name, ...more] = Key.slice(Prefix.length).split("/");
    if (!about || !slot || !name || more.length) continue;
    const set = { about, slot };
    const { manifest = false, files = 0 } = folders.get(setId(set)) ?? {};
    const isManifest = name === manifestName;
    folders.set(setId(set), {
      set,
      manifest: manifest || isManifest,
      files: files + Number(!isManifest),
    });
  }
  return [...folders.values()].filter(({ manifest }) => manifest);
}

interface Said {
  readonly piece: Piece;
  readonly sha256: string;
}

/** One that lacks files is no good one, whatever its manifest says. */
async function saidBy({ read, place, account, region }: Looking, folder: Folder): Promise<Said[]> {
  const { about, slot } = folder.set;
  const id = `${thingFolder({ account, region }, about)}${slot}/${manifestName}`;
  const asked = { ...inBucket({ bucket: place.bucket, owner: account }), Key: id };
  const head = await read(headObject(asked));
  if (!head) return [];
  const { action, run, sha256 = "", files } = head.Metadata ?? {};
  const isWhole = files !== undefined && folder.files >= Number(files);
  const state = isWhole ? "complete" : "failed";
  const piece = { id, set: folder.set, resource: about, state, size: 1, action, run } as const;
  return [{ piece, sha256 }];
}

/** So many are asked about at once. */
const together = 16;

const recorded = z.object({ output: z.object({ sha256: z.string() }) });

/** The ledger has its hash: what wears another is not what was written. */
async function isAsWritten({ piece, sha256 }: Said, remembered: AskLedger): Promise<boolean> {
  const known = await remembered({ unit: fileMaker, target: setId(piece.set) });
  const read = recorded.safeParse(known);
  return read.success && read.data.output.sha256 === sha256;
}

export default automation({
  id: pruner,
  family: "backup",
  summary: "Hides files of file-backups that their retention no longer asks for",
  on: [sweep("cron(5 5 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({ buckets: fileBuckets, ...pruningFields }),
  remembers: [fileMaker, pruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  named: namedOf,
  reads,
  writes: [hideFileSet],
  lost: ["When a file was last modified: what comes back is a new version of it."],

  async *find({ read, only, config, now, account, region, remembered }) {
    const chosen = config.buckets.find((each) => each.region === region);
    if (!chosen) return;
    const place = { ...chosen, bucket: bucketName(chosen.bucket, { account, region }) };
    const looking = { read, place, account, region };
    const folders = await foldersIn(looking);
    const said = await concurrently(folders, (folder) => saidBy(looking, folder), {
      concurrency: together,
    });
    const all = said.flat();
    const when = { maker: fileMaker, pruner, atLeast: config.atLeast, now, remembered };
    const standings = await standingsOf(
      all.map(({ piece }) => piece),
      when,
    );
    for (const each of all) {
      const { piece, sha256 } = each;
      if (only && !only.includes(setId(piece.set))) continue;
      let standing = standings.get(piece.id) ?? {};
      if (standing.spare !== undefined && !(await isAsWritten(each, remembered)))
        standing = { unknown: "its manifest is another than the ledger says was written" };
      yield { set: piece.set, key: piece.id, sha256, place, account, standing } satisfies FoundSet;
    }
  },

  target: ({ set, standing }) => ({
    id: setId(set),
    tags: {},
    managed: standing.unknown,
    within: { id: set.about, tags: {} },
  }),

  name: ({ set: { about, slot } }) => `${about}, ${slot}`,

  state: ({ key, sha256 }) => ({ key, sha256 }),
  becomes: () => null,

  propose({ set, key, sha256, place, account, standing: { spare, unknown } }) {
    const because = spare ?? unknown;
    if (because === undefined) return;
    return {
      because,
      call: hideFileSet({
        setName: setId(set),
        ...{ bucket: place.bucket, owner: account, Manifest: key, sha256 },
        ...(place.key !== undefined && { key: place.key }),
      }),
    };
  },
});
