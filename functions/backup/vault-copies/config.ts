/** Which vaults points are copied to. */
import * as z from "zod/mini";
import {
  isLongEnough,
  lifeFields,
  lifeOfCopies,
  ownLifeFields,
  tooShort,
  vaultFields,
} from "../vault-plan.ts";

const place = z
  .strictObject({
    vault: z
      .string()
      .check(
        z.regex(
          /^arn:aws(-cn|-us-gov)?:backup:[a-z]{2}(-[a-z]+)+-\d:\d{12}:backup-vault:[A-Za-z0-9_-]{2,50}$/,
          "must be the ARN of a vault, like arn:aws:backup:eu-west-1:123456789012:backup-vault:copies",
        ),
      )
      .check(
        z.describe(
          "ARN of the vault that copies go to, in another region, another account, or both. Its access policy must allow backup:CopyIntoBackupVault.",
        ),
      ),
    ...ownLifeFields("Days that a copy there is kept, where that is other than `keepDays` of all."),
  })
  .check(z.refine(isLongEnough, tooShort));

export const vaultCopyPlan = z
  .strictObject({
    ...vaultFields,
    to: z
      ._default(
        z.array(place).check(
          z.maxLength(5),
          z.refine((all) => new Set(all.map(({ vault }) => vault)).size === all.length, {
            error: "names a vault twice: one copy of a point lies in each",
          }),
        ),
        [],
      )
      .check(
        z.describe(
          "Where the newest point of each resource is copied to. Nothing is copied where it is empty.",
        ),
      ),
    ...lifeFields("Days after which AWS Backup deletes a copy."),
    mostADay: z
      ._default(z.int().check(z.gte(1), z.lte(5000)), 400)
      .check(
        z.describe(
          "More copies than this in a day are asked about first, in place of the settings' caps.",
        ),
      ),
  })
  .check(z.refine(isLongEnough, tooShort))
  .check(
    z.refine((plan) => plan.to.every((each) => isLongEnough(lifeOfCopies(each, plan))), {
      ...tooShort,
      path: ["to"],
    }),
  );
