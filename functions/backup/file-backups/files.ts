/** Files of a set: each says by itself what it holds and who wrote it, and is hidden, never destroyed. */
import { createHash } from "node:crypto";
import {
  contentOf,
  deleteObjects,
  getObject,
  headObject,
  listObjectsV2,
  putObject,
} from "../../../aws/s3/file-bucket.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type SetName, setNameOf } from "../backup-set.ts";
import { type FileManifest, fileManifest, type ManifestFile } from "./manifest.ts";
import { inBucket, manifestName, type OwnBucket } from "./place.ts";

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

/** Where the files of a set go, and what writes them. */
export interface FileSet extends SetName, OwnBucket {
  /** Of the set, with a slash at its end. */
  readonly folder: string;
  /** Of the bucket's region, where the settings name one. */
  readonly key?: string;
  /** As history shows it. */
  readonly action: string;
  readonly run: string;
}

/** What one file is to hold. */
export interface NewFile {
  /** Below the set's folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** As people and programs read it. */
export const jsonText = (value: object): string => `${JSON.stringify(value, null, 1)}\n`;

type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** AWS puts its own on what it makes, and lets nobody else. */
export const tagsOfPeople = (tags: readonly Tag[] = []): Tag[] =>
  tags.filter(({ Key = "" }) => !Key.startsWith("aws:"));

/** With these words each file says whose it is and what it must be. */
const saysOf = ({ action, run }: FileSet, content: string | Uint8Array) => ({
  action,
  run,
  sha256: sha256(content),
});

export const encryption = (key: string | undefined) =>
  key === undefined ? {} : { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: key };

/** Of a manifest: how many files it names. No second one is put over it. */
interface AsManifest {
  readonly files: number;
}

export async function putSetFile(
  use: UsePart<readonly [typeof putObject]>,
  set: FileSet,
  { name, content }: NewFile,
  asManifest?: AsManifest,
): Promise<string> {
  const Key = `${set.folder}${name}`;
  await use(
    putObject({
      ...inBucket(set),
      Key,
      Body: content,
      ContentType: typeof content === "string" ? "application/json" : "application/zip",
      Metadata: {
        ...saysOf(set, content),
        ...(asManifest && { files: String(asManifest.files) }),
      },
      ...encryption(set.key),
      ...(asManifest && { IfNoneMatch: "*" }),
    }),
  );
  return Key;
}

/** So many are deleted at once. */
const deletedTogether = 1000;

/** Files that are to be hidden, by their keys. */
export interface FileKeys extends OwnBucket {
  readonly keys: readonly string[];
}

type Delete = UsePart<readonly [typeof deleteObjects]>;

async function hide(use: Delete, { keys, ...bucket }: FileKeys): Promise<void> {
  for (const some of chunks(keys, deletedTogether)) {
    const Objects = some.map((Key) => ({ Key }));
    await use(deleteObjects({ ...inBucket(bucket), Delete: { Objects, Quiet: true } }));
  }
}

/** Takes files back that a set was not finished with. */
export const removeFiles = composedWrite("files:RemoveFiles", {
  parts: [deleteObjects],
  irreversible: "they are of a set that was never finished",
  async does(asked: FileKeys, use) {
    await hide(use, asked);
    return { removed: asked.keys.length };
  },
});

/** What a step has written. */
export interface WrittenPart {
  readonly keys: readonly string[];
  /** Where the next step goes on; `null`: there is no more. */
  readonly next: string | null;
  /** How many things are in the files. */
  readonly things: number;
  /** Of how many the values were left out. */
  readonly leftOut: number;
}

/** How each step that writes files is taken back. */
export const withoutThem = ({ bucket, owner }: FileSet, { keys }: WrittenPart): FileKeys => ({
  bucket,
  owner,
  keys,
});

/** What all of the files say of the set. */
export interface ManifestOrder extends FileSet {
  readonly account: string;
  readonly region: string;
  /** When the set was begun. */
  readonly at: string;
  readonly keep: string;
  /** How many files the steps have written. */
  readonly files: number;
  readonly things: number;
  readonly leftOut: number;
}

/** So many are asked about at once. */
const together = 16;

type Look = UsePart<readonly [typeof listObjectsV2, typeof headObject]>;

/** Those of this action that are there, as they are there. */
async function filesThere(use: Look, order: ManifestOrder): Promise<ManifestFile[]> {
  const asked = { ...inBucket(order), Prefix: order.folder };
  const listed = await Array.fromAsync(use(listObjectsV2(asked)));
  const found = await concurrently(
    listed.filter(({ Key }) => Key !== order.folder + manifestName),
    async ({ Key = "", Size = 0 }): Promise<ManifestFile[]> => {
      const head = await use(headObject({ ...inBucket(order), Key }));
      const { action, sha256: hash } = head?.Metadata ?? {};
      if (action !== order.action || hash === undefined) return [];
      return [{ name: Key.slice(order.folder.length), sha256: hash, bytes: Size }];
    },
    { concurrency: together },
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the ledger keeps of a set. */
export interface FinishedSet {
  /** Its key in the bucket. */
  readonly Manifest: string;
  readonly sha256: string;
  readonly files: number;
  readonly things: number;
  readonly leftOut: number;
}

function textOf(order: ManifestOrder, files: readonly ManifestFile[]): string {
  const { about, slot, account, region, at, action, run, keep, things, leftOut } = order;
  const manifest: FileManifest = {
    format: "nightshift-files/1",
    ...{ about, slot, account, region, at, action, run, keep, things, leftOut },
    files,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * Names all files of the set with their hashes, once they are all there. S3 itself refuses a second
 * one: a slot has one set, whoever is at it.
 */
export const writeManifest = composedWrite("files:WriteManifest", {
  parts: [listObjectsV2, headObject, putObject],
  async does(order: ManifestOrder, use): Promise<FinishedSet> {
    const Manifest = order.folder + manifestName;
    const { files, things, leftOut } = order;
    const there = await use(headObject({ ...inBucket(order), Key: Manifest }));
    const { action, sha256: hash = "" } = there?.Metadata ?? {};
    if (there && action === order.action) return { Manifest, sha256: hash, files, things, leftOut };
    if (there)
      throw new NotPossible(
        `${Manifest} is there already, and ${action ?? "somebody else"} wrote it: a slot has one set`,
      );
    const found = await filesThere(use, order);
    if (found.length !== files)
      throw new Error(
        `${files} files were written to ${order.folder}, and ${found.length} of them are there: somebody else changes the bucket`,
      );
    const content = textOf(order, found);
    await putSetFile(use, order, { name: manifestName, content }, { files });
    return { Manifest, sha256: sha256(content), files, things, leftOut };
  },
  inverse: [
    removeFiles,
    ({ bucket, owner }, { Manifest }) => ({ bucket, owner, keys: [Manifest] }),
  ],
});

/** A set as the ledger knows it. */
export interface KnownFileSet extends OwnBucket {
  /** `zones@2026-11-21`. */
  readonly setName: string;
  readonly Manifest: string;
  readonly sha256: string;
}

/** @throws {NotPossible} where a manifest is not where those of its set are */
export function assertOfSet({ Manifest, setName }: KnownFileSet): void {
  const { about, slot } = setNameOf(setName) ?? { about: "", slot: "" };
  if (!Manifest.endsWith(`/${about}/${slot}/${manifestName}`))
    throw new NotPossible(`${Manifest} is none of ${setName}`);
}

type Read = Reader<readonly [typeof getObject]>;

/**
 * @returns nothing where there is none
 * @throws {NotPossible} where it is not the one that was written
 */
export async function readManifest(
  use: Read,
  set: KnownFileSet,
): Promise<FileManifest | undefined> {
  const { Manifest, bucket } = set;
  assertOfSet(set);
  const found = await use(getObject({ ...inBucket(set), Key: Manifest }));
  if (!found) return undefined;
  const content = await contentOf(found.Body);
  if (sha256(content) !== set.sha256)
    throw new NotPossible(
      `${Manifest} in ${bucket} is not what was written there: somebody has put another in its place. Nothing that it names is touched`,
    );
  return fileManifest.parse(JSON.parse(content.toString()));
}

/** Its folder, with a slash at its end. */
export const folderOf = (manifest: string): string => manifest.slice(0, -manifestName.length);

/**
 * The manifest goes with the last of its files, in one request: whoever dies before that has left a
 * manifest, by which it is found again.
 */
export async function hideSet(
  use: UsePart<readonly [typeof getObject, typeof deleteObjects]>,
  set: KnownFileSet,
): Promise<{ hidden: number }> {
  const { bucket, owner, Manifest } = set;
  const manifest = await readManifest(use, set);
  if (!manifest) return { hidden: 0 };
  const names = manifest.files.map(({ name }) => folderOf(Manifest) + name);
  const keys = [...names, Manifest];
  await hide(use, { bucket, owner, keys });
  return { hidden: keys.length };
}

/** Takes a whole set back: only what its manifest names, and only where that is as it was written. */
export const removeSet = composedWrite("files:RemoveSet", {
  parts: [getObject, deleteObjects],
  irreversible: "the next sweep writes the slot's files again, as things are then",
  does: (set: KnownFileSet, use) => hideSet(use, set),
});
