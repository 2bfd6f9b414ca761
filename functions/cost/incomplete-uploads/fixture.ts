import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  type LifecycleRule,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface Made {
  readonly rules?: readonly LifecycleRule[];
  readonly tags?: Readonly<Record<string, string>>;
}

const expires: LifecycleRule = {
  ID: "old-logs",
  Status: "Enabled",
  Filter: { And: { Prefix: "logs/", Tags: [{ Key: "keep", Value: "short" }] } },
  Expiration: { Days: 30 },
};
const aborts = (more: Partial<LifecycleRule> = {}): LifecycleRule => ({
  ID: "own",
  Status: "Enabled",
  Filter: { Prefix: "" },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
  ...more,
});

/** By the beginnings of their names: those of buckets are the world's. */
const buckets: Readonly<Record<string, Made>> = {
  plain: { tags: { team: "web" } },
  ruled: { rules: [expires, { ...expires, ID: "older", Filter: { Prefix: "tmp/" } }] },
  // Rules in the form of years ago.
  aged: { rules: [{ ID: "", Status: "Disabled", Prefix: "a/", Expiration: { Days: 9 } }] },
  "seen-to": { rules: [expires, aborts()] },
  "in-part": { rules: [aborts({ Filter: { Prefix: "uploads/" } })] },
  "switched-off": { rules: [aborts({ Status: "Disabled" })] },
  excepted: {},
  exempt: { tags: { "nightshift:exempt": "owner=ann@example.com reason=tapes" } },
};

const endOf = ({ account, region }: TestAccount): string => `-${account}-${region}`;

export const make = async (aws: TestAccount, name: string, { rules, tags }: Made = {}) => {
  const s3 = aws.client(S3Client);
  const Bucket = name + endOf(aws);
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(aws.region !== "us-east-1" && {
        CreateBucketConfiguration: { LocationConstraint: aws.region as "eu-west-1" },
      }),
    }),
  );
  if (rules)
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: [...rules] },
      }),
    );
  if (tags) {
    const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  }
  return Bucket;
};

const absent = (code: string) => (error: Error) => {
  if (error.name === code) return undefined;
  throw error;
};

export const fixture: AutomationFixture = {
  settings: { config: { except: ["excepted-"] } },
  async seed(aws) {
    for (const [name, made] of Object.entries(buckets)) await make(aws, name, made);
  },
  async look(aws) {
    const s3 = aws.client(S3Client);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({ BucketRegion: aws.region }));
    const seen = Buckets.map(async ({ Name: Bucket = "" }) => {
      const [lifecycle, tagging] = await Promise.all([
        s3
          .send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
          .catch(absent("NoSuchLifecycleConfiguration")),
        s3.send(new GetBucketTaggingCommand({ Bucket })).catch(absent("NoSuchTagSet")),
      ]);
      const name = Bucket.replace(endOf(aws), "");
      return [name, { rules: lifecycle?.Rules, tags: tagging?.TagSet }] as const;
    });
    return Object.fromEntries(await Promise.all(seen));
  },
  wrong: ["plain", "ruled", "aged"],
  held: { exempt: "exemption" },
};
