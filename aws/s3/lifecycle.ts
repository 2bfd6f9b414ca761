import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { read, write } from "../../sdk/call.ts";

const anyBucket = "arn:{partition}:s3:::*";

/** Nothing where it has none. */
export const getBucketLifecycleConfiguration = read(
  "s3:GetBucketLifecycleConfiguration",
  S3Client,
  GetBucketLifecycleConfigurationCommand,
  {
    action: "s3:GetLifecycleConfiguration",
    on: anyBucket,
    absent: ["NoSuchLifecycleConfiguration"],
  },
);

/** Whole: whatever it does not have is gone. S3 knows no version of it to compare with. */
export const putBucketLifecycleConfiguration = write(
  "s3:PutBucketLifecycleConfiguration",
  S3Client,
  PutBucketLifecycleConfigurationCommand,
  { action: "s3:PutLifecycleConfiguration", on: anyBucket, repeatable: true },
);

export const deleteBucketLifecycle = write(
  "s3:DeleteBucketLifecycle",
  S3Client,
  DeleteBucketLifecycleCommand,
  { action: "s3:PutLifecycleConfiguration", on: anyBucket, repeatable: true },
);
