/** How a match is written, wherever the settings have one. */
import * as z from "zod/mini";
import { severity } from "./fields.ts";

/** `*` only at the end, where it stands for any rest. */
const pattern = z
  .string()
  .check(z.regex(/^[^*]*\*?$/, "may have one * only, at its end, for any rest"), z.minLength(1));
const patterns = z.optional(
  z
    .array(pattern)
    .check(z.minLength(1, "is empty, so that nothing would fit: leave it out where all fit")),
);
/** All that is named must fit; what names nothing fits everything. */
export const matchField = z.strictObject({
  severity: z.optional(z.array(severity).check(z.minLength(1))),
  family: patterns,
  unit: patterns,
  account: patterns,
  region: patterns,
  tags: z.optional(z.record(z.string(), z.array(pattern).check(z.minLength(1)))),
});
/** One that names nothing is refused. */
export const narrowMatchField = matchField.check(
  z.refine(
    (match) => Object.values(match).some((field) => field !== undefined),
    "fits everything: name at least one of severity, family, unit, account, region, tags",
  ),
);
