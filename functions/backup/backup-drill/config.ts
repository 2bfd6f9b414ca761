/** How much is drilled in a night. */
import * as z from "zod/mini";
import { againField, drillBudget, slowestField, unpricedField } from "../drill-fields.ts";
import { validatorField } from "../validator.ts";
import { checkField } from "./check-config.ts";

export const config = z.strictObject({
  mostANight: z
    ._default(z.int().check(z.gte(1), z.lte(100)), 3)
    .check(
      z.describe(
        "How many backups are restored and checked in a night. What was never drilled comes first, then what was drilled longest ago.",
      ),
    ),
  budget: drillBudget.check(
    z.describe(
      "What the drills of a night may cost together, in US dollars by AWS's price list of the region. One that would cost more by itself is held and told.",
    ),
  ),
  unpriced: unpricedField,
  again: againField,
  slowest: slowestField(60),
  validator: validatorField,
  check: checkField,
});
