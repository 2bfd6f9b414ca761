/**
 * One rule of a bucket's lifecycle, put beside the others and taken away again. S3 takes a lifecycle
 * whole and knows no version of it: so it is read right before it is written, all that is in it is
 * written back as it was read, and it is read once more after that. What then stands there is neither
 * what was there nor what was written where somebody else wrote meanwhile, and that is an error that
 * says so. Whoever writes between our reading and our writing, a moment apart, is not seen.
 */
import { isDeepStrictEqual } from "node:util";
import type { LifecycleRule } from "@aws-sdk/client-s3";
import {
  deleteBucketLifecycle,
  getBucketLifecycleConfiguration,
  putBucketLifecycleConfiguration,
  type ReadLifecycle,
} from "../../../aws/s3/lifecycle.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { NotPossible } from "../../../sdk/errors.ts";

/** By which our rule is known among others. */
const ourRuleId = "nightshift-incomplete-uploads";

/** As many as S3 takes. */
const mostRules = 1000;

export interface BucketOf {
  readonly Bucket: string;
  /** Whose it must be: a name that somebody else has taken meanwhile is refused by S3. */
  readonly account: string;
}
export interface AbortAfter extends BucketOf {
  readonly days: number;
}

const parts = [getBucketLifecycleConfiguration, putBucketLifecycleConfiguration] as const;
type Use = UsePart<typeof parts>;

type Lifecycle = ReadLifecycle | undefined;
const rulesOf = (lifecycle: Lifecycle): readonly LifecycleRule[] => lifecycle?.Rules ?? [];
export const isOurRule = ({ ID }: LifecycleRule): boolean => ID === ourRuleId;

/** Why it must stay as it is, where that is so; nothing where all of it was read, or there is none. */
export function notWhole(bucket: string, lifecycle: Lifecycle): string | undefined {
  if (!lifecycle || lifecycle.isWhole) return undefined;
  return `the lifecycle of ${bucket} says something that this version of Nightshift does not know, and would lose it if it were written back: put the rule there by hand, or name the bucket in \`except\``;
}

/** @throws {NotPossible} */
function assertWhole({ Bucket }: BucketOf, lifecycle: Lifecycle): void {
  const why = notWhole(Bucket, lifecycle);
  if (why !== undefined) throw new NotPossible(why);
}

/** What both calls say of whose bucket it is. */
const owned = ({ Bucket, account }: BucketOf) => ({ Bucket, ExpectedBucketOwner: account });

/** In the older form where the others have it: S3 does not take both in one lifecycle. */
export function abortingRule(days: number, others: readonly LifecycleRule[]): LifecycleRule {
  const isOlder = others.some(({ Prefix, Filter }) => Prefix !== undefined && !Filter);
  return {
    ID: ourRuleId,
    Status: "Enabled",
    ...(isOlder ? { Prefix: "" } : { Filter: { Prefix: "" } }),
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: days },
  };
}

const namesOf = (rules: readonly LifecycleRule[]): string =>
  rules.map(({ ID }) => ID ?? "one without a name").join(", ") || "none";

/** @throws where it is neither what it was nor what was written */
async function assertWritten(
  bucket: BucketOf,
  { before, wanted }: Record<"before" | "wanted", readonly LifecycleRule[]>,
  use: Use,
): Promise<void> {
  const rules = rulesOf(await use(getBucketLifecycleConfiguration(owned(bucket))));
  const has = (expected: readonly LifecycleRule[]) =>
    rules.length === expected.length &&
    expected.every((rule) => rules.some((each) => isDeepStrictEqual(each, rule)));
  // S3 may show what was there for a moment longer.
  if (has(wanted) || has(before)) return;
  throw new Error(
    `somebody else changed the lifecycle of ${bucket.Bucket} at the same moment: written was ${namesOf(wanted)}, and now it has ${namesOf(rules)}. Look at its rules`,
  );
}

/** All rules, with what else the lifecycle says. */
const whole = (bucket: BucketOf, lifecycle: Lifecycle, wanted: readonly LifecycleRule[]) => {
  const { TransitionDefaultMinimumObjectSize } = lifecycle ?? {};
  return putBucketLifecycleConfiguration({
    ...owned(bucket),
    ...(TransitionDefaultMinimumObjectSize && { TransitionDefaultMinimumObjectSize }),
    LifecycleConfiguration: { Rules: [...wanted] },
  });
};

/** Takes our rule away, and nothing else. */
export const removeAbortingRule = composedWrite("lifecycle:RemoveAbortingRule", {
  parts: [...parts, deleteBucketLifecycle],
  async does(bucket: BucketOf, use) {
    const lifecycle = await use(getBucketLifecycleConfiguration(owned(bucket)));
    const rules = rulesOf(lifecycle);
    const wanted = rules.filter((rule) => !isOurRule(rule));
    if (wanted.length === rules.length) return {};
    assertWhole(bucket, lifecycle);
    if (wanted.length) await use(whole(bucket, lifecycle, wanted));
    else await use(deleteBucketLifecycle(owned(bucket)));
    await assertWritten(bucket, { before: rules, wanted }, use);
    return {};
  },
});

/** Puts our rule beside those that are there. */
export const addAbortingRule = composedWrite("lifecycle:AddAbortingRule", {
  parts,
  async does({ days, ...bucket }: AbortAfter, use) {
    const lifecycle = await use(getBucketLifecycleConfiguration(owned(bucket)));
    const rules = rulesOf(lifecycle);
    // Sent again, or somebody has seen to it meanwhile.
    if (rules.some((rule) => rule.AbortIncompleteMultipartUpload)) return {};
    if (rules.length >= mostRules)
      throw new Error(
        `the lifecycle of ${bucket.Bucket} has ${rules.length} rules, as many as S3 takes: join some of them`,
      );
    assertWhole(bucket, lifecycle);
    const wanted = [...rules, abortingRule(days, rules)];
    await use(whole(bucket, lifecycle, wanted));
    await assertWritten(bucket, { before: rules, wanted }, use);
    return {};
  },
  inverse: [removeAbortingRule, ({ Bucket, account }) => ({ Bucket, account })],
});
