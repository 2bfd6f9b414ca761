/**
 * The bucket of the settings that backups lie in as files, and the files in it. Each request names the
 * account that the bucket must belong to: one of somebody else is refused by S3 itself, whatever its
 * name. Nothing here can destroy a version: what is deleted is hidden by a marker, and comes back.
 */
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Conditions, paged, read, write } from "../../sdk/call.ts";

/** The folder of the bucket that is ours. */
export const fileFolder = "nightshift-files/";

const bucket = "arn:{partition}:s3:::{named_file_bucket}";
const files = `arn:{partition}:s3:::{named_file_bucket}/${fileFolder}*`;

/** A key of one's own is used for these files alone, and only through S3. */
const throughFiles: Conditions = { StringLike: { "kms:ViaService": "s3.*.amazonaws.com*" } };
const key = "key/{named_file_key}";
const encrypt = {
  "kms:GenerateDataKey": { on: key, when: throughFiles },
  "kms:Decrypt": { on: key, when: throughFiles },
};

/**
 * Without it S3 answers 403 where nothing is there, as if it were hidden.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
const listed = { "s3:ListBucket": { on: bucket } };
const listedUnderKey = {
  "s3:ListBucket": { on: bucket },
  "kms:Decrypt": { on: key, when: throughFiles },
};

/** Whether old versions are kept. Nothing where there is no such bucket. */
/* @__NO_SIDE_EFFECTS__ */
export const fileBucketVersioning = () =>
  read("s3:GetBucketVersioning", S3Client, GetBucketVersioningCommand, {
    on: bucket,
    absent: ["NoSuchBucket"],
  });

/** Nothing where it has none of its own. */
export const getPublicAccessBlock = read(
  "s3:GetPublicAccessBlock",
  S3Client,
  GetPublicAccessBlockCommand,
  {
    action: "s3:GetBucketPublicAccessBlock",
    on: bucket,
    absent: ["NoSuchPublicAccessBlockConfiguration"],
  },
);

/** Nothing where it has no default. */
export const getBucketEncryption = read(
  "s3:GetBucketEncryption",
  S3Client,
  GetBucketEncryptionCommand,
  {
    action: "s3:GetEncryptionConfiguration",
    on: bucket,
    absent: ["ServerSideEncryptionConfigurationNotFoundError"],
  },
);

/** Those that are there, by their keys. */
export const listObjectsV2 = paged("s3:ListObjectsV2", S3Client, paginateListObjectsV2, {
  items: ({ Contents }) => Contents,
  action: "s3:ListBucket",
  on: bucket,
  pageSize: 1000,
});

/** The folders in a folder, in their order: ask with `Delimiter: "/"`. */
/* @__NO_SIDE_EFFECTS__ */
export const fileFolders = () =>
  paged("s3:ListObjectsV2", S3Client, paginateListObjectsV2, {
    items: ({ CommonPrefixes }) => CommonPrefixes,
    action: "s3:ListBucket",
    on: bucket,
    pageSize: 1000,
  });

/** The SDK has no paginator for it. */
async function* pagesOfVersions(
  { client }: { readonly client: S3Client },
  input: ListObjectVersionsCommandInput,
): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let asked = input;
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand(asked));
    yield page;
    if (!page.IsTruncated) return;
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    asked = { ...input, KeyMarker, VersionIdMarker };
  }
}

/** All that they ever were; markers of what was deleted are left out. */
export const listObjectVersions = paged("s3:ListObjectVersions", S3Client, pagesOfVersions, {
  items: ({ Versions }) => Versions,
  action: "s3:ListBucketVersions",
  on: bucket,
});

/** What a file says of itself, for which its key is not used. */
export const headObject = read("s3:HeadObject", S3Client, HeadObjectCommand, {
  action: "s3:GetObject",
  on: files,
  also: listed,
  absent: ["NotFound", "NoSuchKey"],
});

/** With its content, which is read by `contentOf`. */
export const getObject = read("s3:GetObject", S3Client, GetObjectCommand, {
  on: files,
  also: listedUnderKey,
  absent: ["NoSuchKey"],
});

/** One version of it, by `VersionId`: also one that is hidden. */
/* @__NO_SIDE_EFFECTS__ */
export const objectVersion = () =>
  read("s3:GetObject", S3Client, GetObjectCommand, {
    action: "s3:GetObjectVersion",
    on: files,
    also: listedUnderKey,
    absent: ["NoSuchKey", "NoSuchVersion"],
  });

/** In bundles a body has been read already. */
export async function contentOf(body: unknown): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const parts = await Array.fromAsync((body ?? []) as AsyncIterable<Uint8Array>);
  return Buffer.concat(parts);
}

/** A new version, whatever was there. */
export const putObject = write("s3:PutObject", S3Client, PutObjectCommand, {
  on: files,
  also: encrypt,
  repeatable: true,
  irreversible: "the step that it is a part of says how",
});

/** Hides them: their versions stay until the bucket's own lifecycle ends them. */
export const deleteObjects = write("s3:DeleteObjects", S3Client, DeleteObjectsCommand, {
  action: "s3:DeleteObject",
  on: files,
  repeatable: true,
  failures: ({ Errors }) => Errors,
  irreversible: "the step that it is a part of says how",
});

/** Makes a version that is hidden, or older, the current one again: as a new version. */
export const copyObject = write("s3:CopyObject", S3Client, CopyObjectCommand, {
  action: "s3:PutObject",
  on: files,
  also: {
    "kms:GenerateDataKey": { on: key, when: throughFiles },
    "kms:Decrypt": { on: key, when: throughFiles },
    "s3:GetObjectVersion": { on: files },
    "s3:GetObject": { on: files },
  },
  repeatable: true,
  irreversible: "the step that it is a part of says how",
});
