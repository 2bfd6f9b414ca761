/** What the parts of applying hand on to one another. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { settle } from "../../ledger/outcomes.ts";
import type { Held } from "../../ledger/result.ts";
import type { GuardContext } from "../guards/guard.ts";
import type { Attempt } from "./attempt.ts";
import type { PlannedChange } from "./planned-change.ts";

/** How many are looked at, asked about and settled at once. */
export const concurrency = 4;

/** A run's changes while they are carried out. */
export interface Applying {
  readonly attempt: Attempt;
  readonly guards: GuardContext;
  /** What has been begun and has an outcome. */
  readonly records: ActionRecord[];
  /** What was not begun, by digest. */
  readonly held: Map<string, Held>;
}

/** A change that nothing holds, as of a moment ago, with its lock in hand. */
export interface CheckedChange extends PlannedChange {
  /** The intent that holds the lock. */
  readonly record: ActionRecord;
  readonly checkedAt: Date;
}

/** Writes what became of a change. */
export async function conclude(applying: Applying, record: ActionRecord): Promise<void> {
  await settle(applying.attempt.host.store, "unit", record);
  if (record.outcome === "held" && record.held) applying.held.set(record.digest, record.held);
  else applying.records.push(record);
}
