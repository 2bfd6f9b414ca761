/** How much a drill of a table may take, and how closely it is looked at. */
import * as z from "zod/mini";
import { againField, drillBudget, slowestField, unpricedField } from "../drill-fields.ts";
import { validatorField } from "../validator.ts";

export const tableDrillConfig = z.strictObject({
  budget: drillBudget.check(
    z.describe(
      "What the drill of a night may cost, in US dollars by AWS's price list of the region. One that would cost more is held and told.",
    ),
  ),
  unpriced: unpricedField,
  again: againField,
  slowest: slowestField(240),
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
