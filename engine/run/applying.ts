/** What the parts of applying hand on to one another. */

import { type ActionRecord, isUsed } from "../../ledger/actions.ts";
import { settleAll } from "../../ledger/outcomes.ts";
import type { Held } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { seconds } from "../../sdk/time.ts";
import type { Attempt } from "./attempt.ts";
import type { RunGuards } from "./fresh-guards.ts";
import type { PlannedChange } from "./planned-change.ts";

/** How many are asked about and sent at once. */
export const concurrency = 4;

/**
 * What was looked at and asked longer ago is looked at and asked again before it is sent (rule:
 * kill-switch).
 */
export const freshFor = seconds(30);

/** A run's changes while they are carried out. */
export interface Applying {
  readonly attempt: Attempt;
  readonly guards: RunGuards;
  /** What has been begun and has an outcome. */
  readonly records: ActionRecord[];
  /** What was not begun, by digest. */
  readonly held: Map<string, Held>;
  /** Writes outcomes as they come. */
  readonly outcomes: OutcomeWriter;
}

/**
 * Writes outcomes at once; what comes while others are being written is written together after
 * them.
 */
export class OutcomeWriter {
  readonly #store: Store;
  #waiting: ActionRecord[] = [];
  #writing: Promise<void> = Promise.resolve();
  /** Of what waits; absent: nothing does. */
  #next: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns once they are written */
  write(records: readonly ActionRecord[]): Promise<void> {
    this.#waiting.push(...records);
    if (!this.#next) {
      this.#next = this.#writing.then(() => this.#writeAll());
      // That some could not be written keeps no others back.
      this.#writing = this.#next.catch(() => {});
    }
    return this.#next;
  }

  async #writeAll(): Promise<void> {
    // What is answered at the same moment goes along.
    await new Promise((resolve) => setImmediate(resolve));
    const records = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    await settleAll(
      this.#store,
      "unit",
      records.map((record) => ({ record })),
    );
  }
}

/** A change that nothing holds, as of a moment ago, with its lock in hand. */
export interface CheckedChange extends PlannedChange {
  /** The intent that holds the lock. */
  readonly record: ActionRecord;
  readonly checkedAt: Date;
}

/** Writes what became of changes that were sent, or judged, together. */
export async function conclude(
  applying: Applying,
  records: readonly ActionRecord[],
): Promise<void> {
  await applying.outcomes.write(records);
  const { tally } = applying.attempt;
  // What is held or failed is judged anew by the next attempt: that alone would go on for ever.
  if (tally) tally.settled += records.filter(isUsed).length;
  for (const record of records) {
    if (record.outcome === "held" && record.held) applying.held.set(record.digest, record.held);
    else applying.records.push(record);
  }
}
