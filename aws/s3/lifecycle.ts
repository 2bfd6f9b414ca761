import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type GetBucketLifecycleConfigurationCommandInput,
  type GetBucketLifecycleConfigurationOutput,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Read, read, type SdkClient, write } from "../../sdk/call.ts";
import { watchWhole } from "./read-whole.ts";

const anyBucket = "arn:{partition}:s3:::*";

const plainly = read(
  "s3:GetBucketLifecycleConfiguration",
  S3Client,
  GetBucketLifecycleConfigurationCommand,
  {
    action: "s3:GetLifecycleConfiguration",
    on: anyBucket,
    absent: ["NoSuchLifecycleConfiguration"],
  },
);

/** A lifecycle, and whether it is known that all of it was read. */
export type ReadLifecycle = GetBucketLifecycleConfigurationOutput & { readonly isWhole?: boolean };

/** Nothing where it has none. What is not `isWhole` must never be written back. */
export const getBucketLifecycleConfiguration = /* @__PURE__ */ Object.assign(
  (input: GetBucketLifecycleConfigurationCommandInput) => plainly(input),
  {
    ...plainly,
    ask(client: SdkClient, input: object) {
      watchWhole(client);
      return plainly.ask(client, input);
    },
  },
) as Read<
  "s3:GetBucketLifecycleConfiguration",
  GetBucketLifecycleConfigurationCommandInput,
  ReadLifecycle | undefined
>;

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
