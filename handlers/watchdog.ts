/** Looks for what was left behind: runs that died, messages that nobody told. Writes no lease: the unit's own function takes its run up (rules.md, 1). */

import { inOneLine } from "../core/errors.ts";
import { abandoned } from "../core/ledger/claims.ts";
import { type Kept, outboxWriters, untold } from "../core/ledger/outbox.ts";
import type { Store } from "../core/ledger/store.ts";
import type { Clock } from "../core/time.ts";
import { before, days, minutes } from "../core/time.ts";
import type { Log } from "./log.ts";
import type { Order } from "./start.ts";

/** The stream has a day (rules.md, 32); what it has not told by then is looked for a week long. */
const lookBack = days(7);
/** Left to the stream. */
const tooYoung = minutes(10);

export interface WatchdogParts {
  /** Ids of all units that are deployed. */
  readonly units: readonly string[];
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  invoke(unit: string, order: Order): Promise<void>;
  /** Hands forgotten messages to tell. */
  tell(messages: readonly Kept[]): Promise<void>;
}

/** @returns what Lambda calls, on a schedule; throws, after all else is done, when something could not be handed over */
export function watchdogHandler({ units, store, clock, log, invoke, tell }: WatchdogParts) {
  return async (): Promise<{ readonly takenUp: number; readonly told: number }> => {
    const now = clock.now();
    const errors: unknown[] = [];
    let takenUp = 0;
    let told = 0;
    for (const unit of units) {
      try {
        for (const { region, key } of await Array.fromAsync(abandoned(store, unit, now)))
          try {
            log.warn("a run was left unfinished", { unit, region, key });
            await invoke(unit, { kind: "take-up", region, key });
            takenUp += 1;
          } catch (error) {
            errors.push(error);
          }
      } catch (error) {
        errors.push(error);
      }
    }
    for (const writer of outboxWriters(units)) {
      try {
        const forgotten = await Array.fromAsync(untold(store, writer, before(now, lookBack), before(now, tooYoung)));
        if (!forgotten.length) continue;
        log.warn("messages were not told", { writer, count: forgotten.length });
        await tell(forgotten);
        told += forgotten.length;
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
    return { takenUp, told };
  };
}
