/** What is backed up, when, and how long its sets are kept. */
import * as z from "zod/mini";
import { planFields, planTag } from "../plan-config.ts";

export const volumePlan = z.strictObject({
  tag: planTag("Instances and volumes"),
  instances: z
    ._default(z.array(z.string().check(z.regex(/^i-[0-9a-f]+$/))), [])
    .check(z.describe("Instances that are backed up without the tag, by id.")),
  volumes: z
    ._default(z.array(z.string().check(z.regex(/^vol-[0-9a-f]+$/))), [])
    .check(z.describe("Single volumes that are backed up without the tag, by id.")),
  ...planFields,
});
