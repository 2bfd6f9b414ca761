/**
 * Reads sets of `file-backups` back from their buckets, the newest of each kind: each file must be there
 * with the bytes and the hash that its manifest says, and be of use for what it is of. Nothing is
 * made of them. Only sets are drilled that the ledger says `file-backups` wrote.
 */
import * as z from "zod/mini";
import { fileBucketVersioning, fileFolders } from "../../../aws/s3/file-bucket.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { compareText } from "../../../sdk/compare.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { type DrillWord, drillText, fileDriller } from "../drilled.ts";
import { type FileKind, fileKinds } from "../file-backups/config.ts";
import { namedOf } from "../file-backups/named.ts";
import {
  bucketName,
  fileMaker,
  inBucket,
  type OwnBucket,
  thingFolder,
} from "../file-backups/place.ts";
import { drillWordOf, isSettled } from "../one-a-night.ts";
import { fileDrillConfig } from "./config.ts";
import { drillFiles } from "./drill-files.ts";

const folders = fileFolders();
const getBucketVersioning = fileBucketVersioning();
const reads = [folders, getBucketVersioning] as const;
type Search = AutomationSearch<typeof fileDrillConfig, typeof reads>;

/** As the ledger has it. */
interface WrittenSet {
  readonly Manifest: string;
  readonly sha256: string;
  readonly files: number;
}

/** The newest set of a kind, or one that was asked for. */
export interface FoundFileSet {
  readonly about: FileKind;
  readonly slot: string;
  readonly bucket: OwnBucket;
  /** Nothing where the ledger does not know it. */
  readonly written: WrittenSet | undefined;
  /** What its last drill found out. */
  readonly word: DrillWord | undefined;
  readonly isTurn: boolean;
  /** Of sets of the kind that are there, the newest first. */
  readonly slots: readonly string[];
}

const written = z.object({
  output: z.object({ Manifest: z.string(), sha256: z.string(), files: z.number() }),
});

/** So many of a kind's newest sets are looked up, for one that is known and for its last drill. */
const mostSlots = 30;

const isKind = (about: string): about is FileKind =>
  (fileKinds as readonly string[]).includes(about);

/** By the folders alone: a set whose manifest is gone is one that is to be told. */
async function slotsOf({ read, account, region }: Search, bucket: OwnBucket, about: FileKind) {
  const Prefix = thingFolder({ account, region }, about);
  const asked = { ...inBucket(bucket), Prefix, Delimiter: "/" };
  const slots: string[] = [];
  for await (const { Prefix: folder = "" } of read(folders(asked)))
    slots.push(folder.slice(Prefix.length, -1));
  return slots.sort((a, b) => compareText(b, a)).slice(0, mostSlots);
}

async function writtenOf({ remembered }: Search, about: FileKind, slot: string) {
  const target = setId({ about, slot });
  const record = written.safeParse(await remembered({ unit: fileMaker, target }));
  return record.success ? record.data.output : undefined;
}

const wordOf = ({ remembered }: Search, about: FileKind, slot: string) =>
  drillWordOf({ about, slot }, { unit: fileDriller, remembered });

/** A set is drilled when the last of its kind is long ago, or was not good. */
async function isItsTurn(search: Search, about: FileKind, slots: readonly string[]) {
  const { now, config } = search;
  for (const slot of slots) {
    const word = await wordOf(search, about, slot);
    if (word) return word.result !== "good" || after(word.at, days(config.every)) <= now;
  }
  return true;
}

async function* newestOf(
  search: Search,
  bucket: OwnBucket,
  about: FileKind,
): AsyncIterable<FoundFileSet> {
  const slots = await slotsOf(search, bucket, about);
  for (const [at, slot] of slots.entries()) {
    const known = await writtenOf(search, about, slot);
    if (!known) continue;
    const word = await wordOf(search, about, slot);
    const isTurn =
      !isSettled(word, dayOf(search)) && (await isItsTurn(search, about, slots.slice(at)));
    yield { about, slot, bucket, written: known, word, isTurn, slots };
    return;
  }
  // The first may be at its beginning.
  if (slots.length > 1)
    search.note(
      `The ledger knows none of the ${slots.length} newest sets of ${about} in ${bucket.bucket}: none is drilled.`,
    );
}

const dayOf = ({ now, config: { again } }: Search) => ({ now, again });

async function* askedFor(
  search: Search,
  bucket: OwnBucket,
  only: readonly string[],
): AsyncIterable<FoundFileSet> {
  for (const { about, slot } of only.flatMap((id) => setNameOf(id) ?? [])) {
    if (!isKind(about)) continue;
    const known = await writtenOf(search, about, slot);
    const word = await wordOf(search, about, slot);
    const isTurn = !isSettled(word, dayOf(search));
    const slots = isTurn ? await slotsOf(search, bucket, about) : [];
    yield { about, slot, bucket, written: known, word, isTurn, slots };
  }
}

export default automation({
  id: fileDriller,
  family: "backup",
  summary: "Reads sets of file-backups back whole, and sees whether they are of use",
  on: [sweep("cron(20 4 * * ? *)", { window: minutes(30) })],
  config: fileDrillConfig,
  remembers: [fileMaker, fileDriller],
  caps: () => ({ changes: 2 * fileKinds.length, percent: 100 }),
  named: namedOf,
  reads,
  writes: [drillFiles],
  lost: ["That a set was drilled is forgotten; in the bucket nothing was changed."],

  async *find(search) {
    const { config, account, region, only, read } = search;
    const chosen = config.buckets.find((each) => each.region === region);
    if (!chosen) return;
    const bucket = { bucket: bucketName(chosen.bucket, { account, region }), owner: account };
    if (!(await read(getBucketVersioning(inBucket(bucket)))))
      throw new CannotJudge(
        `there is no bucket ${bucket.bucket}: make it in this account, or correct \`buckets\` in the settings`,
      );
    if (only) return yield* askedFor(search, bucket, only);
    for (const about of fileKinds) yield* newestOf(search, bucket, about);
  },

  target: ({ about, slot }) => ({
    id: setId({ about, slot }),
    tags: {},
    within: { id: about, tags: {} },
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, word }) => ({ slot, drilled: word ? drillText(word) : "never" }),
  becomes: ({ slot }) => ({ slot, drilled: "with its result and the time that it took" }),

  propose({ about, slot, bucket, written: known, word, isTurn, slots }, { config: { slowest } }) {
    if (!known || !isTurn) return;
    const { Manifest, sha256, files } = known;
    const past = word ? `its drill found it ${word.result}` : "it was never read back";
    return {
      because: `${past}: a drill reads its ${files} files, and pays for as many requests`,
      call: drillFiles({
        ...{ about, slot, slots, setName: setId({ about, slot }) },
        ...{ ...bucket, Manifest, sha256, slowestMinutes: slowest },
      }),
    };
  },
});
