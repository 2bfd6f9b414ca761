/** How much a drill of a table may take, and how closely it is looked at. */
import * as z from "zod/mini";
import { validatorField } from "../validator.ts";

export const tableDrillConfig = z.strictObject({
  budget: z
    ._default(z.number().check(z.gt(0), z.lte(10_000)), 5)
    .check(
      z.describe(
        "What the drill of a night may cost, in US dollars by list prices. One that would cost more is held and told.",
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
    ._default(z.int().check(z.gte(1), z.lte(1440)), 240)
    .check(
      z.describe(
        "The recovery time that is promised, in minutes. A drill that takes longer is told as a warning.",
      ),
    ),
  countUpTo: z
    ._default(z.int().check(z.gte(0), z.lte(100)), 10)
    .check(
      z.describe(
        "Gigabytes up to which all items of the restored table are counted; of a larger one keys are sampled alone.",
      ),
    ),
  tolerance: z
    ._default(z.int().check(z.gte(0), z.lte(100)), 10)
    .check(
      z.describe(
        "Percent by which the count may differ from the backup's, which DynamoDB updates every six hours or so.",
      ),
    ),
  validator: validatorField,
});
