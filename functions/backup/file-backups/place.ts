/** Whether a bucket may be trusted with backups, and where in it the files of a set lie. */
import {
  fileBucketVersioning,
  fileFolder,
  getBucketEncryption,
  getPublicAccessBlock,
} from "../../../aws/s3/file-bucket.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { SetName } from "../backup-set.ts";
import type { FilePlace } from "./config.ts";

/** Makes them. */
export const fileMaker = "file-backups";

const getBucketVersioning = fileBucketVersioning();

export const bucketReads = [
  getBucketVersioning,
  getPublicAccessBlock,
  getBucketEncryption,
] as const;

/** Whose files, of which region. */
interface Of {
  readonly account: string;
  readonly region: string;
}

/** A bucket, and whose it must be. */
export interface OwnBucket {
  readonly bucket: string;
  /** An account. */
  readonly owner: string;
}

/** The bucket's own name. */
export const bucketName = (name: string, { account, region }: Of): string =>
  name.replaceAll("{account}", account).replaceAll("{region}", region);

/** As S3's requests take it. */
export const inBucket = ({ bucket, owner }: OwnBucket) => ({
  Bucket: bucket,
  ExpectedBucketOwner: owner,
});

/** Of all sets of one thing. */
export const thingFolder = ({ account, region }: Of, about: string): string =>
  `${fileFolder}${account}/${region}/${about}/`;

export const setFolder = (place: Of, { about, slot }: SetName): string =>
  `${thingFolder(place, about)}${slot}/`;

/** It is written last: a set without one is none. */
export const manifestName = "manifest.json";

const blocks = [
  "BlockPublicAcls",
  "IgnorePublicAcls",
  "BlockPublicPolicy",
  "RestrictPublicBuckets",
] as const;

/**
 * Why nothing is written to it, with what to do; nothing where it is as it must be.
 * @throws what AWS answers, where it cannot be known
 */
export async function bucketRefusal(
  read: Reader<typeof bucketReads>,
  { bucket, key }: FilePlace,
  owner: string,
): Promise<string | undefined> {
  const asked = inBucket({ bucket, owner });
  const versioning = await read(getBucketVersioning(asked));
  if (!versioning)
    return `there is no bucket ${bucket}: make it in this account, or correct \`bucket\` in the settings`;
  if (versioning.Status !== "Enabled")
    return `the bucket ${bucket} keeps no versions (${versioning.Status ?? "never enabled"}), so that what overwrites a backup would end it: enable its versioning`;
  const block = (await read(getPublicAccessBlock(asked)))?.PublicAccessBlockConfiguration;
  const open = blocks.filter((each) => !block?.[each]);
  if (open.length)
    return `the bucket ${bucket} does not block public access (${open.join(", ")}): block all of it`;
  const rules = (await read(getBucketEncryption(asked)))?.ServerSideEncryptionConfiguration;
  const byDefault = rules?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  if (!byDefault)
    return `the bucket ${bucket} does not encrypt by default: give it a default encryption`;
  const { KMSMasterKeyID } = byDefault;
  if (KMSMasterKeyID !== undefined && key === undefined)
    return `the bucket ${bucket} encrypts by ${KMSMasterKeyID}, which this may not use: name it as \`key\` in the settings`;
  return undefined;
}
