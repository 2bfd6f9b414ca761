import * as z from "zod/mini";
import { resourceKinds } from "./resource.ts";

const hours = z.int().check(z.gte(1), z.lte(8784));

const target = z.strictObject({
  kind: z.optional(z.enum(resourceKinds)),
  tag: z.optional(z.string().check(z.minLength(1), z.maxLength(385))),
  hours: z.union([hours, z.literal("none")]),
});
export type TargetRule = z.output<typeof target>;

export const unprotectedConfig = z.strictObject({
  kinds: z
    ._default(z.array(z.enum(resourceKinds)).check(z.minLength(1)), [...resourceKinds])
    .check(
      z.describe(
        "What is looked at: all that is asked to have a backup. `fsx` are file systems of FSx, and of ONTAP their volumes.",
      ),
    ),
  hours: z
    ._default(hours, 24)
    .check(
      z.describe("How old the newest backup of anything may be at most, where nothing else says."),
    ),
  targets: z
    ._default(z.array(target).check(z.maxLength(100)), [])
    .check(
      z.describe(
        'The same for some: `{ kind, tag, hours }`, of a kind, of what carries a tag (`tier` or `tier=gold`), or both; the first that fits counts. `none`: no backup is asked for. A bucket that never had one counts only where its tag or one of these with `kind: "bucket"` says so.',
      ),
    ),
  tag: z
    ._default(z.string().check(z.minLength(1), z.maxLength(128)), "nightshift:rpo")
    .check(
      z.describe(
        "The tag by which a resource says its own: `4h`, `2d` or `none`. It goes before `targets`.",
      ),
    ),
  lookBack: z
    ._default(z.int().check(z.gte(2), z.lte(366)), 8)
    .check(
      z.describe(
        "How many days back recovery points and jobs of AWS Backup are asked for; never fewer than the longest target has.",
      ),
    ),
  rows: z
    ._default(z.int().check(z.gte(1), z.lte(500)), 100)
    .check(z.describe("How many resources the table names, worst first.")),
});
export type Asked = z.output<typeof unprotectedConfig>;
