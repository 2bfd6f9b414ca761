/** Hides a set of files, and brings it back: nothing of it is destroyed, as long as the bucket keeps versions. */
import type { ObjectVersion } from "@aws-sdk/client-s3";
import {
  contentOf,
  copyObject,
  deleteObjects,
  getObject,
  headObject,
  listObjectVersions,
  objectVersion,
} from "../../../aws/s3/file-bucket.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import {
  assertOfSet,
  encryption,
  folderOf,
  hideSet,
  type KnownFileSet,
  sha256,
} from "../file-backups/files.ts";
import { type FileManifest, fileManifest } from "../file-backups/manifest.ts";
import { inBucket } from "../file-backups/place.ts";

/** A set, and the key that its files are encrypted by when they come back. */
export interface HiddenSet extends KnownFileSet {
  readonly key?: string;
}

const getVersion = objectVersion();
const parts = [listObjectVersions, getVersion, headObject, copyObject] as const;
type Use = UsePart<typeof parts>;

const newestFirst = (a: ObjectVersion, b: ObjectVersion): number =>
  Number(b.LastModified) - Number(a.LastModified);

/** The manifest as it was written, of whatever version. */
async function hiddenManifest(
  use: Use,
  set: HiddenSet,
  versions: readonly ObjectVersion[],
): Promise<FileManifest> {
  const { Manifest, sha256: written } = set;
  for (const { VersionId } of versions.filter(({ Key }) => Key === Manifest)) {
    const found = await use(getVersion({ ...inBucket(set), Key: Manifest, VersionId }));
    const content = await contentOf(found?.Body);
    if (sha256(content) === written) return fileManifest.parse(JSON.parse(content.toString()));
  }
  throw new NotPossible(
    `${set.bucket} has no version of ${Manifest} as it was written any more: its lifecycle has ended it`,
  );
}

/** Where a file is, and what it must be. */
interface Wanted {
  readonly Key: string;
  readonly hash: string;
}

const isThere = async (use: Use, set: HiddenSet, { Key, hash }: Wanted): Promise<boolean> =>
  (await use(headObject({ ...inBucket(set), Key })))?.Metadata?.sha256 === hash;

/** @throws {NotPossible} where no version of it is what was written */
async function bringBack(
  use: Use,
  set: HiddenSet,
  wanted: Wanted & { readonly versions: readonly ObjectVersion[] },
): Promise<void> {
  const { Key, versions } = wanted;
  if (await isThere(use, set, wanted)) return;
  for (const { VersionId = "" } of versions.filter((each) => each.Key === Key)) {
    const from = [set.bucket, ...Key.split("/")].map(encodeURIComponent).join("/");
    const CopySource = `${from}?versionId=${encodeURIComponent(VersionId)}`;
    const source = { CopySource, ExpectedSourceBucketOwner: set.owner };
    await use(copyObject({ ...inBucket(set), Key, ...source, ...encryption(set.key) }));
    if (await isThere(use, set, wanted)) return;
  }
  throw new NotPossible(
    `${set.bucket} has no version of ${Key} as it was written any more: its lifecycle has ended it`,
  );
}

/** All that a set's manifest names, and the manifest last. */
export const bringBackSet = composedWrite("files:BringBackSet", {
  parts,
  irreversible: "the next sweep hides it again, where its retention still does not ask for it",
  async does(set: HiddenSet, use) {
    assertOfSet(set);
    const folder = folderOf(set.Manifest);
    const listed = use(listObjectVersions({ ...inBucket(set), Prefix: folder }));
    const versions = (await Array.fromAsync(listed)).sort(newestFirst);
    const { files } = await hiddenManifest(use, set, versions);
    for (const { name, sha256: hash } of files)
      await bringBack(use, set, { Key: folder + name, hash, versions });
    await bringBack(use, set, { Key: set.Manifest, hash: set.sha256, versions });
    return { back: files.length + 1 };
  },
});

/** What a manifest names, and itself; nothing where it is not as it was written. */
export const hideFileSet = composedWrite("files:HideSet", {
  parts: [getObject, deleteObjects],
  does: (set: HiddenSet, use) => hideSet(use, set),
  inverse: [bringBackSet, (set) => ({ ...set })],
});
