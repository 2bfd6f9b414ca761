/** What the configs of all drills say alike. */
import * as z from "zod/mini";
import { CannotJudge } from "../../sdk/errors.ts";
import { priceUnknown } from "../../sdk/saving.ts";

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

/** What becomes of a drill whose cost is not known: never is it taken for cheap. */
export const unpricedField = z
  ._default(z.enum(["refuse", "ask"]), "refuse")
  .check(
    z.describe(
      "What becomes of a drill whose cost is not known, because no price list of the region was read: `refuse` holds and tells it, `ask` asks a person, also in mode `act`.",
    ),
  );

/**
 * As a proposal has it: nothing where the cost is known.
 * @throws {CannotJudge} where the settings refuse it
 */
export function askedUnpriced(
  cost: number | undefined,
  unpriced: "refuse" | "ask",
): { readonly asks?: string } {
  if (cost !== undefined) return {};
  if (unpriced === "ask") return { asks: `what its drill costs is not known: ${priceUnknown}` };
  throw new CannotJudge(
    `what its drill would cost is not known: ${priceUnknown}; or let a person be asked (\`unpriced: "ask"\`)`,
  );
}

/** US dollars; whose cost it is and what becomes of a drill that would cost more, each says itself. */
export const drillBudget = z._default(z.number().check(z.gt(0), z.lte(10_000)), 5);
