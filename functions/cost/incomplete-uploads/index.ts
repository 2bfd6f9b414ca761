/**
 * Gives buckets a rule that ends uploads that were begun in parts and never finished. Their parts are
 * paid for like objects and shown by no listing of them. A bucket that has such a rule of its own is
 * left alone, for whichever part of it and whether it is on or off: somebody has thought about it.
 */
import type { Bucket, LifecycleRule, Tag } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import { getBucketTagging, listBuckets } from "../../../aws/s3/bucket.ts";
import { getBucketLifecycleConfiguration } from "../../../aws/s3/lifecycle.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { orUnread, type Unread } from "../../../sdk/unread.ts";
import { elsewhereNote } from "./elsewhere-note.ts";
import { abortingRule, addAbortingRule, isOurRule, notWhole } from "./lifecycle-rule.ts";

const reads = [listBuckets, getBucketLifecycleConfiguration, getBucketTagging] as const;
type Read = Reader<typeof reads>;

interface BucketFound {
  readonly name: string;
  /** As the config has it. */
  readonly days: number;
  readonly madeAt: Date | undefined;
  readonly rules: readonly LifecycleRule[] | Unread;
  /** Why what is there cannot be written back, where that is so. */
  readonly fixed?: string | undefined;
  /** Of one that has no such rule; else nobody needs them. */
  readonly tags: readonly Tag[];
}

/** Buckets that are asked about at a time. */
const atOnce = 10;

const isUnread = (rules: BucketFound["rules"]): rules is Unread => "unreadable" in rules;
const aborts = (rule: LifecycleRule): boolean => rule.AbortIncompleteMultipartUpload !== undefined;

/** Nothing where it is gone by now. */
async function lookAt(
  { Name = "", CreationDate }: Bucket,
  { account, days, read }: { account: string; days: number; read: Read },
): Promise<BucketFound[]> {
  const asked = { Bucket: Name, ExpectedBucketOwner: account };
  const about = { name: Name, days, madeAt: CreationDate };
  const lifecycle = await orUnread(read(getBucketLifecycleConfiguration(asked)));
  if (lifecycle && "unreadable" in lifecycle)
    return lifecycle.unreadable.includes("NoSuchBucket")
      ? []
      : [{ ...about, rules: lifecycle, tags: [] }];
  const rules = lifecycle?.Rules ?? [];
  if (rules.some(aborts) && !rules.some(isOurRule)) return [{ ...about, rules, tags: [] }];
  const tagging = await orUnread(read(getBucketTagging(asked)));
  if (tagging && "unreadable" in tagging) return [{ ...about, rules: tagging, tags: [] }];
  const fixed = notWhole(Name, lifecycle);
  return [{ ...about, rules, fixed, tags: tagging?.TagSet ?? [] }];
}

export default automation({
  id: "incomplete-uploads",
  family: "cost",
  summary: "Gives buckets a rule that ends uploads that were never finished",
  on: [sweep("cron(40 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.minimum(1), z.maximum(3650)), 7)
      .check(
        z.describe(
          "Days after which an upload that is not finished is ended. More than your longest upload takes, its pauses included.",
        ),
      ),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names of buckets that are left alone, like tapes-.")),
  }),
  reads,
  writes: [addAbortingRule],
  lost: [
    "Parts of uploads that were begun longer ago are deleted within about a day, and do not come back: such an upload begins anew.",
  ],

  async *find({ read, pages, only, region, config, ...search }): AsyncGenerator<BucketFound> {
    const { regions, account, note } = search;
    const asking = { account, days: config.days, read };
    const looked = async function* (buckets: readonly Bucket[]) {
      for (const some of chunks(buckets, atOnce))
        for (const found of await Promise.all(some.map((each) => lookAt(each, asking))))
          yield* found;
    };
    if (only) {
      // By what the names begin with: one that is gone fails nobody.
      for (const name of only)
        for await (const bucket of read(listBuckets({ BucketRegion: region, Prefix: name })))
          if (bucket.Name === name) yield* looked([bucket]);
      return;
    }
    for await (const buckets of pages(listBuckets({ BucketRegion: region })))
      yield* looked(buckets);
    // One of the regions says of all buckets which no region looks at.
    if (regions[0] === region) await elsewhereNote(read(listBuckets({})), regions, note);
  },

  target: ({ name, tags }: BucketFound) => ({ id: name, tags, managed: managedBy(tags) }),
  name: ({ name }) => name,
  state: ({ rules }) => ({ rule: isUnread(rules) ? undefined : rules.find(isOurRule) }),
  becomes: ({ rules, days }) => ({ rule: isUnread(rules) ? undefined : abortingRule(days, rules) }),
  // A bucket that was deleted and made anew under its name is another.
  recognise: ({ madeAt }) => ({ madeAt: madeAt?.toISOString() }),

  propose({ name, rules, fixed }, { config: { days, except }, account }) {
    if (except.some((beginning) => name.startsWith(beginning))) return;
    if (isUnread(rules)) throw new CannotJudge(rules.unreadable);
    if (rules.some(aborts)) return;
    if (fixed !== undefined) throw new CannotJudge(fixed);
    return {
      because: "nothing ends uploads to it that were begun and never finished",
      call: addAbortingRule({ Bucket: name, account, days }),
    };
  },
});
