/** Which databases are backed up, when, and how long their snapshots are kept. */
import * as z from "zod/mini";
import { planFields, planTag } from "../plan-config.ts";

const identifiers = z.array(
  z.string().check(
    z.regex(/^[a-z](-?[a-z0-9])*$/, {
      error: "must be the identifier of a database as RDS shows it, in small letters",
    }),
    z.maxLength(63),
  ),
);

export const databasePlan = z.strictObject({
  tag: planTag("Instances and clusters"),
  instances: z
    ._default(identifiers, [])
    .check(z.describe("Instances that are backed up without the tag, by identifier.")),
  clusters: z
    ._default(identifiers, [])
    .check(z.describe("Clusters that are backed up without the tag, by identifier.")),
  ...planFields,
});
