/**
 * Reads a part of a set back, so many files that they fit into a step and into memory: the manifest
 * anew in each, for it may be larger than what is kept between steps.
 */
import { createHash } from "node:crypto";
import { contentOf, getObject, listObjectsV2 } from "../../../aws/s3/file-bucket.ts";
import { bytesText } from "../../../sdk/bytes.ts";
import { weighedChunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { inOneLine, isDenied, NotPossible } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { FileKind } from "../file-backups/config.ts";
import { assertOfSet, folderOf, type KnownFileSet, sha256 } from "../file-backups/files.ts";
import { type FileManifest, fileManifest, type ManifestFile } from "../file-backups/manifest.ts";
import { inBucket } from "../file-backups/place.ts";
import type { FileFault } from "./faults.ts";
import { type GoodFile, groupVerdict, setGroupOf } from "./rules.ts";

export const setReads = [getObject, listObjectsV2] as const;
type Read = Reader<typeof setReads>;

/** A set that the ledger knows. */
export interface DrilledSet extends KnownFileSet {
  readonly about: FileKind;
}

/** What one part came to. */
export interface PartRead {
  /** Which comes next; `null`: it was the last. */
  readonly next: number | null;
  readonly files: number;
  readonly bytes: number;
  readonly things: number;
  /** The first of those that were found. */
  readonly faults: readonly FileFault[];
  readonly faulty: number;
  /** How many things the manifest says; nothing where it cannot be read. */
  readonly expected: number | undefined;
  readonly requests: number;
}

const filesAPart = 200;
const bytesAPart = 64 * 1024 * 1024;
const smallFile = 1024 * 1024;
const smallTogether = 8;
/** So many of a part are kept. */
const mostFaults = 20;

/**
 * What S3 answers of a key that cannot be used, and of what is in an archive.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
function faultIn(error: unknown, file: string): FileFault {
  const { name = "" } = error instanceof Error ? error : {};
  if (name.startsWith("KMS."))
    return { kind: "locked", file, what: `is encrypted by a key that cannot be used (${name})` };
  if (name === "InvalidObjectState") return { kind: "archived", file, what: "lies in an archive" };
  if (!isDenied(error)) throw error;
  throw new NotPossible(
    `${file} may not be read, which says nothing of what is in it: a policy of the bucket or of its key refuses it (${inOneLine(error)})`,
    { cause: error },
  );
}

/** @returns what is in it, or what is wrong with it */
async function fetchedFile(
  read: Read,
  set: DrilledSet,
  Key: string,
  hash: string,
): Promise<Buffer | FileFault> {
  const fault = (kind: "gone" | "other", what: string) => ({ kind, file: Key, what });
  try {
    const found = await read(getObject({ ...inBucket(set), Key }));
    if (!found) return fault("gone", "is not there");
    const content = await contentOf(found.Body);
    if (sha256(content) === hash) return content;
    return fault("other", "is not what was written: its hash is another");
  } catch (error) {
    return faultIn(error, Key);
  }
}

const isFault = (found: Buffer | FileFault): found is FileFault => !Buffer.isBuffer(found);

/** Files of one thing, which are judged together. */
interface FileGroup {
  readonly files: readonly ManifestFile[];
  readonly bytes: number;
}

function partsOf({ about, files }: Pick<FileManifest, "files"> & { about: FileKind }) {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const groups = [...Map.groupBy(sorted, ({ name }) => setGroupOf(about, name)).values()];
  const weighed = groups.map((group): FileGroup => {
    return { files: group, bytes: group.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
  return [
    ...weighedChunks(weighed, {
      length: filesAPart,
      weight: ({ bytes }) => bytes,
      most: bytesAPart,
    }),
  ];
}

/** By key: what is as large as nobody wrote it is not read, for it may be larger than memory. */
async function sizesOf(read: Read, set: DrilledSet, names: readonly string[]) {
  const folder = folderOf(set.Manifest);
  const [first = "", last = ""] = [names[0], names.at(-1)];
  const sizes = new Map<string, number>();
  // What comes after is the first itself.
  const StartAfter = folder + first.slice(0, -1);
  const asked = { ...inBucket(set), Prefix: folder, StartAfter };
  for await (const { Key = "", Size = 0 } of read(listObjectsV2(asked))) {
    if (Key > folder + last) break;
    sizes.set(Key, Size);
  }
  return sizes;
}

/** A file, or what is wrong with it. */
type FileRead = GoodFile | FileFault;
const isGoodFile = (each: FileRead): each is GoodFile => "name" in each;

interface Reading {
  readonly read: Read;
  readonly set: DrilledSet;
  readonly sizes: ReadonlyMap<string, number>;
}

async function fileRead(
  { read, set, sizes }: Reading,
  { name, bytes, sha256: hash }: ManifestFile,
): Promise<FileRead> {
  const Key = folderOf(set.Manifest) + name;
  const size = sizes.get(Key);
  if (size === undefined) return { kind: "gone", file: Key, what: "is not there" };
  if (size !== bytes)
    return {
      ...{ kind: "other", file: Key },
      what: `is not what was written: it has ${size} bytes in place of ${bytes}`,
    };
  const content = await fetchedFile(read, set, Key, hash);
  if (isFault(content)) return content;
  const text = name.endsWith(".zip") ? undefined : content.toString();
  return { name, text, base64: createHash("sha256").update(content).digest("base64") };
}

interface GroupRead {
  readonly things: number;
  readonly faults: readonly FileFault[];
}

async function groupRead(
  reading: Reading,
  { files, bytes }: FileGroup,
  isNamed: (name: string) => boolean,
): Promise<GroupRead> {
  const concurrency = bytes <= smallFile ? smallTogether : 1;
  const all = await concurrently(files, (file) => fileRead(reading, file), { concurrency });
  const good = all.filter(isGoodFile);
  const faults = all.filter((each): each is FileFault => !isGoodFile(each));
  if (faults.length) return { things: 0, faults };
  const { about, Manifest } = reading.set;
  const { things, senseless } = groupVerdict(about, good, isNamed);
  const file = (name: string) => folderOf(Manifest) + name;
  const wrong = senseless.map((each): FileFault => {
    return { kind: "senseless", file: file(each.file), what: each.what };
  });
  return { things, faults: wrong };
}

function manifestIn(content: Buffer, set: DrilledSet): FileManifest | FileFault {
  try {
    return fileManifest.parse(JSON.parse(content.toString()));
  } catch {
    return { kind: "senseless", file: set.Manifest, what: "is no manifest" };
  }
}

const withoutManifest = (fault: FileFault): PartRead => ({
  ...{ next: null, files: 0, bytes: 0, things: 0, requests: 1 },
  ...{ faults: [fault], faulty: 1, expected: undefined },
});

/**
 * @param part from 0
 * @throws where it is not known whether what is there is good
 */
export async function readPart(read: Read, set: DrilledSet, part: number): Promise<PartRead> {
  assertOfSet(set);
  const content = await fetchedFile(read, set, set.Manifest, set.sha256);
  if (isFault(content)) return withoutManifest(content);
  const manifest = manifestIn(content, set);
  if ("kind" in manifest) return withoutManifest(manifest);
  const named = new Set(manifest.files.map(({ name }) => name));
  const parts = partsOf({ about: set.about, files: manifest.files });
  const groups = parts[part] ?? [];
  const files = groups.flatMap((group) => group.files);
  const names = files.map(({ name }) => name);
  const sizes = names.length ? await sizesOf(read, set, names) : new Map<string, number>();
  const reading = { read, set, sizes };
  const concurrency = groups.every(({ bytes }) => bytes <= smallFile) ? smallTogether : 1;
  const all = await concurrently(
    groups,
    (group) => groupRead(reading, group, (name) => named.has(name)),
    { concurrency },
  );
  const faults = all.flatMap((each) => each.faults);
  return {
    next: part + 1 < parts.length ? part + 1 : null,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    things: all.reduce((sum, { things }) => sum + things, 0),
    faults: faults.slice(0, mostFaults),
    faulty: faults.length,
    expected: manifest.things,
    requests: files.length + 2,
  };
}

/** `12 files of 1.5 MiB`. */
export const readWords = ({ files, bytes }: Pick<PartRead, "files" | "bytes">): string =>
  `${files === 1 ? "1 file" : `${files} files`} of ${bytesText(bytes)}`;
