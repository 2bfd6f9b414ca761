/** Where copies of backups lie, and with which keys: the same in each plan that copies to other regions. */
import * as z from "zod/mini";
import { regionIn } from "../../sdk/arn.ts";
import { declaredRegion } from "../../sdk/elsewhere.ts";

const keyArn =
  /^arn:aws(-cn|-us-gov)?:kms:[a-z]{2}(-[a-z]+)+-\d:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const place = (withoutKey: string) =>
  z
    .strictObject(
      {
        region: declaredRegion.check(z.describe("The region that copies lie in.")),
        key: z.optional(
          z
            .string()
            .check(
              z.regex(
                keyArn,
                "must be the ARN of a key, like arn:aws:kms:eu-west-1:123456789012:key/…, not an alias or id",
              ),
              z.describe(
                `ARN of the key that copies are encrypted with, in that region. ${withoutKey}`,
              ),
            ),
        ),
      },
      {
        error: ({ code, input }) =>
          code === "unrecognized_keys" && typeof input === "object" && input && "account" in input
            ? "copies go to other regions of the same account alone: to another account nothing is copied yet. Leave `account` out"
            : undefined,
      },
    )
    .check(
      z.refine(({ region, key }) => key === undefined || regionIn(key) === region, {
        path: ["key"],
        error: "lies in another region than the copies: name a key of the region that they lie in",
      }),
    );

/**
 * @param withoutKey what becomes of encrypted ones where a place names no key
 * @param what they are copies of, in the plural
 */
export const copyFields = (withoutKey: string, what: string) => ({
  to: z
    ._default(
      z.array(place(withoutKey)).check(
        z.maxLength(5),
        z.refine((all) => new Set(all.map(({ region }) => region)).size === all.length, {
          error: "names a region twice: one copy of a set lies in each",
        }),
      ),
      [],
    )
    .check(z.describe(`Where ${what} are copied to. Nothing is copied where it is empty.`)),
  newest: z
    ._default(z.int().check(z.gte(1), z.lte(1000)), 3)
    .check(
      z.describe(
        "So many of the newest whole sets of each thing have copies; older ones get none.",
      ),
    ),
  mostADay: z
    ._default(z.int().check(z.gte(1), z.lte(5000)), 400)
    .check(
      z.describe(
        "More copies of sets than this in a day are asked about first, in place of the settings' caps.",
      ),
    ),
});
