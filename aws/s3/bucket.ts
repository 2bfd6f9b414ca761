import {
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  paginateListBuckets,
  S3Client,
} from "@aws-sdk/client-s3";
import { paged, read } from "../../sdk/call.ts";

/**
 * The account's general purpose buckets: of one region where `BucketRegion` names it, else of all,
 * each with its region. Directory buckets are listed by another call.
 */
export const listBuckets = paged("s3:ListBuckets", S3Client, paginateListBuckets, {
  items: (page) => page.Buckets,
  pageSize: 1000,
  action: "s3:ListAllMyBuckets",
});

/** Nothing where it has no tags. */
export const getBucketTagging = read("s3:GetBucketTagging", S3Client, GetBucketTaggingCommand, {
  on: "arn:{partition}:s3:::*",
  absent: ["NoSuchTagSet"],
});

/** Whether old versions of its objects are kept; without a word where they never were. */
export const getBucketVersioning = read(
  "s3:GetBucketVersioning",
  S3Client,
  GetBucketVersioningCommand,
  { on: "arn:{partition}:s3:::*" },
);
