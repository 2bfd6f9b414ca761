/** Where databases are restored to for a drill, as what, and what that may take. */
import * as z from "zod/mini";
import { againField, slowestField } from "../drill-fields.ts";
import { isolatedGroups } from "../isolated-group.ts";
import { validatorField } from "../validator.ts";

const network = z.strictObject({
  subnetGroup: z
    .string()
    .check(
      z.regex(/^[A-Za-z][\w. -]{0,254}$/, "must be the name of a subnet group of RDS"),
      z.describe("Name of the subnet group of RDS that restored databases lie in."),
    ),
  securityGroups: isolatedGroups(
    "Names of the security groups that restored databases have, in the same VPC. None may be open to everyone, inwards or outwards: a restored database begins with the jobs that the original had.",
  ),
});

export const databaseDrillConfig = z
  .strictObject({
    network: z
      .optional(network)
      .check(
        z.describe(
          "The isolated network that databases are restored into, by names that are the same in each region. Without it, or where a region lacks it, nothing is drilled, and that is told.",
        ),
      ),
    class: z
      ._default(
        z
          .string()
          .check(
            z.regex(
              /^(original|db\.[a-z0-9]+\.[a-z0-9-]+)$/,
              "must be a class like db.t3.medium, or original",
            ),
          ),
        "db.t3.medium",
      )
      .check(
        z.describe(
          "Class of restored databases, or `original`: that of the database itself. A small one says nothing of how fast the original's class would be, and may be too small for its parameters.",
        ),
      ),
    hourly: z
      .optional(z.number().check(z.gt(0), z.lte(1000)))
      .check(
        z.describe(
          "What such a database costs an hour, its storage included, in US dollars. Without it the cost of a drill is not known, and that is said.",
        ),
      ),
    budget: z
      .optional(z.number().check(z.gt(0), z.lte(10_000)))
      .check(
        z.describe(
          "What a drill may cost, in US dollars, by `hourly` for the hour that it takes as a rule. One that would cost more is held and told.",
        ),
      ),
    again: againField,
    slowest: slowestField(240),
    validator: validatorField,
  })
  .check(
    z.refine(({ budget, hourly }) => budget === undefined || hourly !== undefined, {
      path: ["budget"],
      error:
        "cannot be kept without `hourly`: what a restored database costs an hour is not known here",
    }),
  );
