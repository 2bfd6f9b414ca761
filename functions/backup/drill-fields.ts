/** What the configs of all drills say alike. */
import * as z from "zod/mini";

/** Days after which a backup that was not found good is drilled again. */
export const againField = z
  ._default(z.int().check(z.gte(1), z.lte(365)), 7)
  .check(
    z.describe(
      "After how many days a backup that a drill did not find good is drilled again, where there is no newer one.",
    ),
  );

/** @param minutes where the settings say nothing */
export const slowestField = (minutes: number) =>
  z
    ._default(z.int().check(z.gte(1), z.lte(1440)), minutes)
    .check(
      z.describe(
        "The recovery time that is promised, in minutes. A drill that takes longer is told as a warning.",
      ),
    );

/** US dollars; whose cost it is and what becomes of a drill that would cost more, each says itself. */
export const drillBudget = z._default(z.number().check(z.gt(0), z.lte(10_000)), 5);
