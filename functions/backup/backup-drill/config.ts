/** How much is drilled in a night. */
import * as z from "zod/mini";
import { validatorField } from "../validator.ts";

export const config = z.strictObject({
  mostANight: z
    ._default(z.int().check(z.gte(1), z.lte(100)), 3)
    .check(
      z.describe(
        "How many backups are restored and checked in a night. What was never drilled comes first, then what was drilled longest ago.",
      ),
    ),
  budget: z
    ._default(z.number().check(z.gt(0), z.lte(10_000)), 5)
    .check(
      z.describe(
        "What the drills of a night may cost together, in US dollars by list prices. One that would cost more by itself is held and told.",
      ),
    ),
  again: z
    ._default(z.int().check(z.gte(1), z.lte(365)), 7)
    .check(
      z.describe(
        "After how many days a backup that a drill did not find good is drilled again, where there is no newer one.",
      ),
    ),
  slowest: z
    ._default(z.int().check(z.gte(1), z.lte(1440)), 60)
    .check(
      z.describe(
        "The recovery time that is promised, in minutes. A drill that takes longer is told as a warning.",
      ),
    ),
  validator: validatorField,
});
