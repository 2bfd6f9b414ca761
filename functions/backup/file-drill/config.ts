/** Which buckets are read back, and how often. */
import * as z from "zod/mini";
import { againField, slowestField } from "../drill-fields.ts";
import { fileBuckets } from "../file-backups/config.ts";

export const fileDrillConfig = z.strictObject({
  buckets: fileBuckets,
  every: z
    ._default(z.int().check(z.gte(1), z.lte(365)), 7)
    .check(
      z.describe(
        "Days from one drill of a kind that was good to the next one of the kind: each reads the newest set back whole.",
      ),
    ),
  again: againField,
  slowest: slowestField(60),
});
