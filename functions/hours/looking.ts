/** What every unit of this family looks with, and which stacks it leaves alone. */
import * as z from "zod/mini";
import type { AskedOf, Remembered } from "../../sdk/automation.ts";
import type { SchedulesNow } from "./hours-of.ts";

/** When it is looked, by which settings, and what may be asked of the ledger. */
export interface LookByHours {
  readonly now: Date;
  readonly config: { readonly tag: string; readonly ofStacks: boolean };
  readonly schedules: SchedulesNow;
  remembered(asked: AskedOf): Promise<Remembered | undefined>;
}

/** @param what in the plural: instances */
export const ofStacksField = (what: string) =>
  z
    ._default(z.boolean(), false)
    .check(
      z.describe(
        `Whether ${what} that a CloudFormation stack made are stopped and started too. Their template does not say whether they run.`,
      ),
    );

/** The tags that say who else manages a thing: not those of its stack, where the settings take such. */
export const managingTags = <T extends { readonly Key?: string | undefined }>(
  tags: readonly T[] = [],
  ofStacks: boolean,
): T[] => tags.filter(({ Key }) => !(ofStacks && Key?.startsWith("aws:cloudformation:")));
