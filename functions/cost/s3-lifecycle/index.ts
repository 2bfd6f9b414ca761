/**
 * Tells which buckets have no lifecycle at all, and how much lies in them, by class of storage: what
 * is put there stays and is paid for until somebody deletes it. Where old versions are kept, each
 * change and each deletion leaves one more. CloudWatch counts old versions and the parts of unfinished
 * uploads in a bucket's size, and does not say how much of it they are.
 */
import type { Bucket } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { getBucketVersioning, listBuckets } from "../../../aws/s3/bucket.ts";
import { getBucketLifecycleConfiguration } from "../../../aws/s3/lifecycle.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { orUnread } from "../../../sdk/unread.ts";
import { type StoredBytes, sizeInWords, storedIn, totalOf } from "./sizes.ts";

const reads = [
  listBuckets,
  getBucketLifecycleConfiguration,
  getBucketVersioning,
  getMetricData,
] as const;
type Read = Reader<typeof reads>;

interface Bare {
  readonly name: string;
  /** Whether old versions are kept; `unknown` where that cannot be read. */
  readonly versions: "kept" | "none" | "unknown";
}

interface UnreadBucket {
  readonly name: string;
  readonly unreadable: string;
}
/** Absent: CloudWatch says nothing of it. */
type Measured = Bare & { readonly stored: StoredBytes | undefined };

/** A bucket without a lifecycle, or one of which that cannot be said. */
export type BucketLooked = Measured | UnreadBucket;

const isUnread = (each: object): each is UnreadBucket => "unreadable" in each;

/** Buckets that are asked about at a time. */
const atOnce = 10;
/** Buckets that CloudWatch is asked about at a time: nine queries each. */
const measuredAtOnce = 100;

async function lookAt(
  { Name = "" }: Bucket,
  account: string,
  read: Read,
): Promise<(Bare | UnreadBucket)[]> {
  const asked = { Bucket: Name, ExpectedBucketOwner: account };
  const lifecycle = await orUnread(read(getBucketLifecycleConfiguration(asked)));
  if (lifecycle && "unreadable" in lifecycle) {
    const isGone = lifecycle.unreadable.includes("NoSuchBucket");
    return isGone ? [] : [{ name: Name, ...lifecycle }];
  }
  if (lifecycle?.Rules?.length) return [];
  const versioning = await orUnread(read(getBucketVersioning(asked)));
  if ("unreadable" in versioning) return [{ name: Name, versions: "unknown" }];
  return [{ name: Name, versions: versioning.Status ? "kept" : "none" }];
}

const inWords = { kept: "kept for ever", none: "not kept", unknown: "not known" } as const;

function rowOf({ name, versions, stored = {} }: Measured): readonly string[] {
  const byClass = Object.entries(stored)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, bytes]) => `${kind} ${sizeInWords(bytes)}`);
  return [name, sizeInWords(totalOf(stored)), byClass.join(", "), inWords[versions]];
}

function titleOf(
  region: string,
  large: readonly Measured[],
  unread: readonly UnreadBucket[],
): string {
  if (!large.length) {
    const has = unread.length === 1 ? "has" : "have";
    return `Whether ${count(unread.length, "bucket")} in ${region} ${has} a lifecycle is not known`;
  }
  const size = sizeInWords(large.reduce((sum, { stored = {} }) => sum + totalOf(stored), 0));
  const [has, them] = large.length === 1 ? ["has", "it"] : ["have", "them"];
  return `${count(large.length, "bucket")} in ${region} ${has} no lifecycle, with ${size} in ${them}`;
}

export default report({
  id: "s3-lifecycle",
  family: "cost",
  summary: "Tells which buckets have no lifecycle, and how much lies in them",
  on: [sweep("cron(25 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    gigabytes: z
      ._default(z.number().check(z.gte(0), z.lte(1_000_000)), 1)
      .check(z.describe("Buckets with less in them are not told.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names of buckets whose objects are to stay for ever.")),
  }),
  reads,

  async *find({ read, region, account, now, config: { except } }): AsyncGenerator<BucketLooked> {
    const bare: Bare[] = [];
    const all = await Array.fromAsync(read(listBuckets({ BucketRegion: region })));
    const buckets = all.filter(
      ({ Name = "" }) => !except.some((beginning) => Name.startsWith(beginning)),
    );
    for (const some of chunks(buckets, atOnce)) {
      const looked = await Promise.all(some.map((bucket) => lookAt(bucket, account, read)));
      for (const each of looked.flat())
        if (isUnread(each)) yield each;
        else bare.push(each);
    }
    for (const some of chunks(bare, measuredAtOnce)) {
      const names = some.map(({ name }) => name);
      const stored = await storedIn(read, names, now);
      for (const each of some) yield { ...each, stored: stored.get(each.name) };
    }
  },

  tell(found: readonly BucketLooked[], { region, config: { gigabytes } }) {
    const unread = found.filter(isUnread);
    const bare = found.filter((each): each is Measured => !isUnread(each));
    const large = bare
      .filter(({ stored }) => stored && totalOf(stored) >= gigabytes * 1024 ** 3)
      .sort((a, b) => totalOf(b.stored ?? {}) - totalOf(a.stored ?? {}));
    if (!large.length && !unread.length) return undefined;
    const unmeasured = bare.filter(({ stored }) => !stored).length;
    const [first] = unread;
    return {
      title: titleOf(region, large, unread),
      severity: "info",
      facts: {
        ...(first && {
          "not known": `${count(unread.length, "bucket")}, ${first.name} among them: ${first.unreadable}`,
        }),
        ...(unmeasured > 0 && {
          "without a size": `${count(unmeasured, "bucket")}: CloudWatch says nothing of what is empty, or was made in the last two days`,
        }),
        price:
          "what they cost is not known here, nor how much of that is old versions and parts of unfinished uploads: CloudWatch counts them in the size, and does not tell them apart. S3 Storage Lens does",
        "what to do":
          "Ask whoever puts objects there how long they are needed, and give the bucket a rule that moves or deletes them after that, and one for old versions where they are kept",
      },
      table: {
        columns: ["bucket", "size", "by class", "old versions"],
        rows: large.map(rowOf),
      },
      affected: [...large, ...unread].map(({ name }) => name),
    };
  },
});
