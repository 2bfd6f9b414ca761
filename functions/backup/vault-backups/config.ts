/** What AWS Backup is asked to back up, when, and into which vault. */
import * as z from "zod/mini";
import { planFields, planTag } from "../plan-config.ts";
import { isLongEnough, lifeFields, tooShort, vaultFields } from "../vault-plan.ts";

const { every, at, weekday, timeZone, mostADay } = planFields;

export const backedUpKinds = ["efs", "fsx", "s3", "dynamodb"] as const;

/** Days from one slot to the next, at most. */
const daysOf = { hour: 1, day: 1, week: 7, month: 31, year: 366 } as const;

export const vaultPlan = z
  .strictObject({
    tag: planTag("File systems, buckets and tables"),
    kinds: z
      ._default(z.array(z.enum(backedUpKinds)), ["efs", "fsx", "s3"])
      .check(
        z.describe(
          "Which kinds the tag is looked for on. Tables have backups of their own by `table-backups`, which leave neither region nor account: copies of these here do, by `vault-copies`.",
        ),
      ),
    resources: z
      ._default(
        z.array(
          z
            .string()
            .check(
              z.regex(
                /^arn:aws[a-z-]*:(elasticfilesystem:[a-z0-9-]+:\d{12}:file-system\/|fsx:[a-z0-9-]+:\d{12}:(file-system|volume)\/|s3:::|dynamodb:[a-z0-9-]+:\d{12}:table\/)[^/@]+(\/fsvol-[^/@]+)?$/,
                "must be the ARN of a file system of EFS or FSx, a volume of FSx, a bucket, or a table",
              ),
            ),
        ),
        [],
      )
      .check(z.describe("ARNs of what is backed up without the tag.")),
    ...vaultFields,
    every,
    at,
    weekday,
    timeZone,
    mostADay,
    ...lifeFields(
      "Days after which AWS Backup deletes a point. It is written on the point when that is made: a change is for later ones.",
    ),
  })
  .check(z.refine(isLongEnough, tooShort))
  .check(
    z.refine(({ keepDays, every: slot }) => keepDays >= daysOf[slot], {
      path: ["keepDays"],
      error:
        "is shorter than a slot: a point would be gone before the next is made. Keep it for 7 days where `every` is a week, 31 where it is a month, 366 where it is a year",
    }),
  );
