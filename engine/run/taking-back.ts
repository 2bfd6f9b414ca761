/** What the parts of taking actions back hand on to one another. */

import type { ActionRecord } from "../../ledger/actions.ts";
import type { Hold } from "../../ledger/holds.ts";
import type { Held } from "../../ledger/result.ts";
import { digest } from "../../sdk/codec.ts";
import { after, days, type Span } from "../../sdk/time.ts";
import type { CallBack } from "./way-back.ts";

/** How long the automation leaves alone what was undone. */
export const holdFor = days(14);

/**
 * So that the automation leaves the target alone from now on.
 * @param long how long
 */
export function holdOf(
  record: ActionRecord,
  { at, by = "" }: ActionRecord,
  long: Span = holdFor,
): Hold {
  const { unit, account, region, target, within, before } = record;
  const state = digest(before);
  const until = after(at, long);
  return { unit, account, region, target, within, state, until, by, action: record.id };
}

/** What an undo had no time for was not begun. */
export const notYet: Held = {
  by: "time",
  why: "the time of this undo was over before it came to this: ask for the same undo again, and it goes on here; what is taken back already stays so",
};

export interface TakingBack {
  /** The action that is taken back. */
  readonly record: ActionRecord;
  /** The action that takes it back. */
  readonly undoing: ActionRecord;
  readonly calls: readonly CallBack[];
  /** Ids of what came back under a new one. */
  readonly made: string[];
  /** An earlier attempt died, and may have had its effect. */
  readonly begun: boolean;
}
