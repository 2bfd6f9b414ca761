/** What else keeps objects of a bucket from getting lost: none of it is a backup. */
import {
  GetBucketReplicationCommand,
  GetObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { read } from "../../sdk/call.ts";

const anyBucket = "arn:{partition}:s3:::*";

/** Nothing where it has none. */
export const getBucketReplication = read(
  "s3:GetBucketReplication",
  S3Client,
  GetBucketReplicationCommand,
  {
    action: "s3:GetReplicationConfiguration",
    on: anyBucket,
    absent: ["ReplicationConfigurationNotFoundError"],
  },
);

/** Nothing where objects of it cannot be locked. */
export const getObjectLockConfiguration = read(
  "s3:GetObjectLockConfiguration",
  S3Client,
  GetObjectLockConfigurationCommand,
  {
    action: "s3:GetBucketObjectLockConfiguration",
    on: anyBucket,
    absent: ["ObjectLockConfigurationNotFoundError"],
  },
);
