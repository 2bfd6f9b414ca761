/** Which tables are backed up, when, and how long their backups are kept. */
import * as z from "zod/mini";
import { planFields, planTag } from "../plan-config.ts";

export const tablePlan = z.strictObject({
  tag: planTag("Tables"),
  tables: z
    ._default(
      z.array(
        z.string().check(
          z.regex(/^[\w.-]{3,255}$/, {
            error: "must be the name of a table: 3 to 255 letters, digits, _, - and .",
          }),
        ),
      ),
      [],
    )
    .check(z.describe("Tables that are backed up without the tag, by name.")),
  replicas: z
    ._default(z.enum(["once", "each"]), "once")
    .check(
      z.describe(
        "Of a global table: one replica, in the first region of the settings that has one, or each. A backup never leaves its region.",
      ),
    ),
  ...planFields,
});
