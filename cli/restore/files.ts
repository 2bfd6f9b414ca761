/**
 * Sets of `file-backups`: fetched into a folder of their own, each file only as its manifest says it.
 * What is in them is put to use by commands that are printed; nothing is written to AWS.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { _Object, ObjectVersion } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import {
  contentOf,
  getObject,
  headObject,
  listObjectsV2,
  listObjectVersions,
  objectVersion,
} from "../../aws/s3/file-bucket.ts";
import { reader } from "../../engine/run/reader.ts";
import { setId } from "../../functions/backup/backup-set.ts";
import { fileDriller } from "../../functions/backup/drilled.ts";
import { type FileKind, filePlan } from "../../functions/backup/file-backups/config.ts";
import { readManifest, sha256 } from "../../functions/backup/file-backups/files.ts";
import {
  type FileManifest,
  fileManifest,
  type ManifestFile,
} from "../../functions/backup/file-backups/manifest.ts";
import {
  bucketName,
  fileMaker,
  inBucket,
  manifestName,
  type OwnBucket,
  thingFolder,
} from "../../functions/backup/file-backups/place.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { count } from "../../sdk/counted.ts";
import { isDenied, NotPossible } from "../../sdk/errors.ts";
import type { Reader } from "../../sdk/unit.ts";
import { quoted } from "../io/words.ts";
import { notesOn, thingsIn, useOfFiles } from "./files-use.ts";
import { lastDone, type RestorePlace } from "./place.ts";
import { assertUsable, type Restorable, type RestorePlan, type RestorePoint } from "./point.ts";
import { drillProof } from "./proof.ts";

const getVersion = objectVersion();
const reads = [listObjectsV2, listObjectVersions, headObject, getObject, getVersion] as const;

/** So many are asked about at once. */
const together = 16;

/** @throws {NotPossible} where the settings name none in the region */
function bucketOf({ settings, account, region }: RestorePlace): OwnBucket {
  const written = settings.units[fileMaker]?.config ?? {};
  const { buckets } = filePlan.parse(written);
  const place = buckets.find((each) => each.region === region);
  if (!place)
    throw new NotPossible(
      `the settings name no bucket of ${fileMaker} in ${region}: --region names another, where there is one`,
    );
  return { bucket: bucketName(place.bucket, { account, region }), owner: account };
}

const written = z.object({ output: z.object({ sha256: z.string() }) });

interface Proof {
  readonly proof: string;
  readonly refusal?: string;
}

/** Whoever must restore at night may have no right to the ledger, or no ledger any more. */
async function proofOf(
  place: RestorePlace,
  set: Parameters<typeof setId>[0],
  hash: string,
): Promise<Proof> {
  try {
    const record = written.safeParse(await lastDone(place, fileMaker, setId(set)));
    if (!record.success) return { proof: "not known to the ledger" };
    if (record.data.output.sha256 === hash) return { proof: "as the ledger says it was written" };
    const refusal = "its manifest is another than the ledger says was written";
    return { proof: refusal, refusal };
  } catch (error) {
    if (!isDenied(error)) throw error;
    return { proof: "not known: you may not read the ledger" };
  }
}

interface Sets {
  readonly place: RestorePlace;
  readonly about: FileKind;
  readonly bucket: OwnBucket;
  readonly read: Reader<typeof reads>;
  /** Of manifests, as each says its own, by slot. */
  readonly hashes: Map<string, string>;
  /** Of files that are hidden, by their keys, the newest first. */
  readonly hidden: Map<string, readonly ObjectVersion[]>;
}

const mayNotSee =
  "You may not list versions (s3:ListBucketVersions): sets that prune-files has hidden are not shown.";

const newestFirst = (a: ObjectVersion, b: ObjectVersion): number =>
  Number(b.LastModified) - Number(a.LastModified);

/**
 * Looks for what was hidden, by `prune-files` or by hand, and lies there for as long as the bucket
 * keeps old versions.
 * @returns what to say, where that may not be seen
 */
async function findHidden(sets: Sets, Prefix: string): Promise<string | undefined> {
  const { read, bucket, hidden } = sets;
  try {
    const all = await Array.fromAsync(read(listObjectVersions({ ...inBucket(bucket), Prefix })));
    for (const [key, versions] of Map.groupBy(all, ({ Key = "" }) => Key))
      if (!versions.some(({ IsLatest }) => IsLatest)) hidden.set(key, versions.sort(newestFirst));
    return undefined;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return mayNotSee;
  }
}

/** Of what is hidden the version that was written; nothing where none of them is that. */
async function hiddenContent(
  { read, bucket, hidden }: Sets,
  Key: string,
  hash: string,
): Promise<Buffer | undefined> {
  for (const { VersionId } of hidden.get(Key) ?? []) {
    const found = await read(getVersion({ ...inBucket(bucket), Key, VersionId }));
    const content = await contentOf(found?.Body);
    if (sha256(content) === hash) return content;
  }
  return undefined;
}

const hiddenWord = ", hidden";
const whyHidden =
  "the set is hidden: its retention no longer asks for it, or somebody deleted it. It is gone when the bucket's lifecycle ends old versions; an undo of what prune-files did brings it back to the bucket";

/** One of a manifest that is there, or hidden; nothing where it has gone since it was listed. */
async function pointOf(
  { place, about, bucket, read, hashes }: Sets,
  { Key = "", LastModified = new Date(0), ...more }: _Object | ObjectVersion,
): Promise<RestorePoint[]> {
  const slot = Key.split("/").at(-2) ?? "";
  const version = "VersionId" in more ? { VersionId: more.VersionId } : {};
  const head = await read(headObject({ ...inBucket(bucket), Key, ...version }));
  if (!head) return [];
  const { sha256: hash = "", files = "?" } = head.Metadata ?? {};
  hashes.set(slot, hash);
  const set = { about, slot };
  const { proof, refusal } = await proofOf(place, set, hash);
  const found = await drillProof(place, fileDriller, set);
  return [
    {
      id: slot,
      at: LastModified,
      what: `set of ${fileMaker}${"VersionId" in more ? hiddenWord : ""}`,
      makes: `a folder of ${files} files`,
      proof: `${proof}; ${found}`,
      ...(refusal !== undefined && { refusal }),
    },
  ];
}

/** @throws {NotPossible} where it is not there, or not as it says of itself */
async function manifestOf(sets: Sets, slot: string, Manifest: string): Promise<FileManifest> {
  const { read, bucket, about, hashes } = sets;
  const hash = hashes.get(slot) ?? "";
  const known = { ...bucket, setName: setId({ about, slot }), Manifest };
  const manifest = await readManifest(read, { ...known, sha256: hash });
  if (manifest) return manifest;
  const content = await hiddenContent(sets, Manifest, hash);
  if (content) return fileManifest.parse(JSON.parse(content.toString()));
  throw new NotPossible(`${Manifest} is not in ${bucket.bucket} any more`);
}

/** As the unit names them: nothing else of a manifest becomes a path. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** @throws {NotPossible} where it is not what the manifest says */
async function fetched(
  sets: Sets,
  from: string,
  { name, sha256: hash }: ManifestFile,
): Promise<Buffer> {
  const { read, bucket } = sets;
  if (!plainName.test(name)) throw new NotPossible(`${JSON.stringify(name)} is no name of a file`);
  const found = await read(getObject({ ...inBucket(bucket), Key: from + name }));
  const hidden = found ? undefined : await hiddenContent(sets, from + name, hash);
  if (hidden) return hidden;
  if (!found)
    throw new NotPossible(
      `${from}${name} is not in ${bucket.bucket} any more, nor a version of it as it was written`,
    );
  const content = await contentOf(found.Body);
  if (sha256(content) === hash) return content;
  throw new NotPossible(
    `${from}${name} in ${bucket.bucket} is not what its manifest says: older versions of it may be`,
  );
}

const why: Readonly<Record<string, string>> = {
  EEXIST: "is there already, and nothing is restored over it",
  ENOENT: "lies in a folder that is not there",
  EACCES: "lies where you may not write",
  EROFS: "lies where nothing can be written",
};

/** For its owner alone: parameters may be secrets. */
function newFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new NotPossible(`${folder} ${why[code] ?? message}: give another folder with --name`, {
      cause: error,
    });
  }
}

async function fetchAll(sets: Sets, { folder, from, files }: Fetching): Promise<readonly string[]> {
  newFolder(folder);
  const done: string[] = [];
  for (const file of files) {
    try {
      const content = await fetched(sets, from, file);
      const path = join(folder, file.name);
      writeFileSync(path, content, { mode: 0o600, flag: "wx" });
      done.push(path);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new NotPossible(
        `${cause}. ${done.length} of ${files.length} files are in ${folder}, and no more was fetched`,
        { cause: error },
      );
    }
  }
  return done;
}

interface Fetching {
  /** Absolute. */
  readonly folder: string;
  /** In the bucket, with a slash at its end. */
  readonly from: string;
  readonly files: readonly ManifestFile[];
}

/** @throws {NotPossible} where the bucket is not there, or not this account's */
async function listedIn({ read, bucket }: Sets, Prefix: string): Promise<_Object[]> {
  try {
    return await Array.fromAsync(read(listObjectsV2({ ...inBucket(bucket), Prefix })));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what =
      error.name === "NoSuchBucket" ? "is not there" : `does not list its files: ${error.message}`;
    throw new NotPossible(`the bucket ${bucket.bucket} of the account ${bucket.owner} ${what}`, {
      cause: error,
    });
  }
}

/** @param about of which kind */
export async function filesOf(place: RestorePlace, about: FileKind): Promise<Restorable> {
  const bucket = bucketOf(place);
  const read = reader(reads, place.clients, place.region);
  const sets: Sets = { place, about, bucket, read, hashes: new Map(), hidden: new Map() };
  const Prefix = thingFolder(place, about);
  const listed = await listedIn(sets, Prefix);
  const unseen = await findHidden(sets, Prefix);
  const hidden = [...sets.hidden.values()].flatMap(([newest]) => newest ?? []);
  const manifests = [...listed, ...hidden].filter(({ Key = "" }) => {
    const [slot, name, ...more] = Key.slice(Prefix.length).split("/");
    return slot && name === manifestName && more.length === 0;
  });
  const points = await concurrently(manifests, (each) => pointOf(sets, each), {
    concurrency: together,
  });
  return {
    points: points.flat(),
    ...(unseen !== undefined && { unseen }),
    async plan({ point, name }): Promise<RestorePlan> {
      assertUsable(point);
      const from = `${Prefix}${point.id}/`;
      const manifest = await manifestOf(sets, point.id, from + manifestName);
      const { files } = manifest;
      const folder = resolve(name ?? `nightshift-${about}-${point.id.replaceAll(":", "")}`);
      const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
      return {
        point,
        steps: [],
        fetch: {
          words: `${count(files.length, "file")} (${count(bytes, "byte")}, of ${thingsIn(about, manifest)}) into the folder ${folder}, of ${bucket.bucket}`,
          all: () => fetchAll(sets, { folder, from, files }),
        },
        cost: `that of ${count(files.length + 1, "request")} to S3, which is not known here`,
        notes: [
          ...notesOn(about, manifest),
          ...(sets.hidden.has(from + manifestName) ? [whyHidden] : []),
        ],
        switching: (paths) => ({
          next: useOfFiles(about, place.region, paths),
          back: [],
          remove: [`rm -r ${quoted(folder)}`],
        }),
      };
    },
  };
}
