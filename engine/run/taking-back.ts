/** What the parts of taking one action back hand on to one another. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { days } from "../../sdk/time.ts";
import type { Workplace } from "./attempt.ts";
import type { CallBack } from "./way-back.ts";

/** How long the automation leaves alone what was undone. */
export const holdFor = days(14);

export interface TakingBack {
  readonly workplace: Workplace;
  /** The action that is taken back. */
  readonly record: ActionRecord;
  /** The action that takes it back. */
  readonly undoing: ActionRecord;
  readonly calls: readonly CallBack[];
  /** An earlier attempt died, and may have had its effect. */
  readonly begun: boolean;
}
