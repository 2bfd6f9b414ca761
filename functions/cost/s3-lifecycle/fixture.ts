import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

const gigabyte = 1024 ** 3;

async function make(aws: TestAccount, name: string, sizes: Readonly<Record<string, number>>) {
  const Bucket = `${name}-${aws.account}-${aws.region}`;
  await aws.client(S3Client).send(
    new CreateBucketCommand({
      Bucket,
      ...(aws.region !== "us-east-1" && {
        CreateBucketConfiguration: { LocationConstraint: aws.region as "eu-west-1" },
      }),
    }),
  );
  const MetricData = Object.entries(sizes).map(([kind, gigabytes]) => ({
    MetricName: "BucketSizeBytes",
    Value: gigabytes * gigabyte,
    Timestamp: before(new Date(), hours(30)),
    Dimensions: [
      { Name: "BucketName", Value: Bucket },
      { Name: "StorageType", Value: kind },
    ],
  }));
  if (MetricData.length)
    await aws
      .client(CloudWatchClient)
      .send(new PutMetricDataCommand({ Namespace: "AWS/S3", MetricData }));
  return Bucket;
}

export const fixture: ReportFixture = {
  settings: { config: { except: ["archive-"] } },
  async seed(aws) {
    const s3 = aws.client(S3Client);
    const Bucket = await make(aws, "grows", { StandardStorage: 3, GlacierStorage: 2 });
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    // Decoys: one with a rule, one that is small, one that is new, and one that is to stay.
    const ruled = await make(aws, "ruled", { StandardStorage: 90 });
    const rule = { ID: "a", Status: "Enabled" as const, Filter: { Prefix: "" } };
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: ruled,
        LifecycleConfiguration: { Rules: [{ ...rule, Expiration: { Days: 30 } }] },
      }),
    );
    await make(aws, "small", { StandardStorage: 0.5 });
    await make(aws, "new", {});
    await make(aws, "archive", { DeepArchiveStorage: 900 });
  },
  told: { title: "1 bucket in", severity: "info" },
};
