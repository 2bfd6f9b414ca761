/** What a drill has made and left, whatever was restored: when it may be taken away. */
import * as z from "zod/mini";
import type { ActionAsked, AutomationSearch } from "../../sdk/automation.ts";
import { before, hours } from "../../sdk/time.ts";

export const leftoverConfig = z.strictObject({
  hours: z
    ._default(z.int().check(z.gte(0), z.lte(168)), 6)
    .check(z.describe("How old it must be: what is younger is left to its drill.")),
});

/** What the ledger says of it. */
export interface LeftoverStanding {
  /** Whether a drill has made it. */
  readonly isOurs: boolean;
  /** Whether that drill is over. */
  readonly isOver: boolean;
}

/**
 * @param asked the drill that its name or its tags name; nothing where they name none
 * @param id of what may have been made
 */
export async function standingOfLeftover(
  asked: ActionAsked | undefined,
  id: string,
  { madeBy }: Pick<AutomationSearch<z.ZodMiniObject, []>, "madeBy">,
): Promise<LeftoverStanding> {
  const maker = asked && (await madeBy(asked, id));
  return { isOurs: maker !== undefined, isOver: maker?.isOver ?? false };
}

/**
 * What only a name or a tag calls a drill's is nobody's to delete.
 * @returns as it reads in "managed by …"; nothing where it is ours
 */
export const notMadeByDrill = ({ isOurs }: LeftoverStanding, by: "name" | "tag") =>
  isOurs ? {} : { managed: `nobody: its ${by} says that a drill made it, and the ledger does not` };

interface Looking {
  readonly config: { readonly hours: number };
  readonly now: Date;
}

/** @returns whether no drill needs it any more, as far as its age and the ledger say */
export const isLeftBehind = (
  { isOurs, isOver }: LeftoverStanding,
  madeAt: Date | undefined,
  { config, now }: Looking,
): boolean =>
  madeAt !== undefined && madeAt <= before(now, hours(config.hours)) && (isOver || !isOurs);

export const leftBehind = "a drill made it and left it";
