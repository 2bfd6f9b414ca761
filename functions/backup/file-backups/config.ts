/** What is written to files, when, and into which bucket of which region. */
import * as z from "zod/mini";
import { regionIn } from "../../../sdk/arn.ts";
import { planFields } from "../plan-config.ts";

/** What sets are of, each by itself: one that fails takes no other with it. */
export const fileKinds = ["zones", "parameters", "templates", "code"] as const;
export type FileKind = (typeof fileKinds)[number];

const keyArn = /^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]{4,30}:\d{12}:key\/[0-9a-z-]{4,64}$/;

const place = z
  .strictObject({
    region: z
      .string()
      .check(z.regex(/^[a-z]{2}(-[a-z]+){1,3}-\d$/, "must be a region, like eu-west-1")),
    bucket: z
      .string()
      .check(
        z.regex(
          /^(?:[a-z0-9-]|\{account\}|\{region\}){3,63}$/,
          "must be the name of a bucket: 3 to 63 small letters, digits and hyphens, {account} and {region} among them, not an ARN or address",
        ),
      ),
    key: z.optional(
      z
        .string()
        .check(
          z.regex(
            keyArn,
            "must be the ARN of a key, like arn:aws:kms:eu-west-1:123456789012:key/…, not an alias or id",
          ),
        ),
    ),
  })
  .check(
    z.refine(({ region, key }) => key === undefined || regionIn(key) === region, {
      path: ["key"],
      error: "lies in another region than the bucket: name a key of the bucket's region",
    }),
  );

/** Where the files of a region lie. */
export type FilePlace = z.output<typeof place>;

/** Of the plan, and of what prunes it. */
export const fileBuckets = z
  ._default(
    z.array(place).check(
      z.maxLength(40),
      z.refine((all) => new Set(all.map(({ region }) => region)).size === all.length, {
        error: "names a region twice: what is in a region is written to one bucket",
      }),
    ),
    [],
  )
  .check(
    z.describe(
      "Where files are written: `{ region, bucket, key }`. In the bucket's name `{account}` and `{region}` stand for themselves. It lies in that region and takes what is there; the first of the settings' regions that has a bucket also what knows no region, as zones. It must belong to this account, keep versions, block all public access and encrypt by default. `key` is a key of your own that the files are encrypted by: with it alone the values of parameters that are SecureStrings, and those of functions' environments, are written too; without it they are left out, and said to be. Nothing is written where no bucket is named.",
    ),
  );

/** Code is large, and each set has all of it: whoever wants it names it. */
const kindsByDefault: FileKind[] = ["zones", "parameters", "templates"];

export const filePlan = z.strictObject({
  buckets: fileBuckets,
  kinds: z
    ._default(z.array(z.enum(fileKinds)).check(z.minLength(1)), kindsByDefault)
    .check(
      z.describe(
        "What is written: `zones`, each of Route 53 with all its records, ready to be imported; `parameters` of Systems Manager; `templates`, each stack of CloudFormation with its template, parameters, tags and policy; `code`, each function of Lambda with its code, its configuration and the layers of this account. `code` is not written unless it is named here: each set holds all of it again, and is paid for.",
      ),
    ),
  ...planFields,
});
