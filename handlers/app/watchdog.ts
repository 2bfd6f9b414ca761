/**
 * Looks after Nightshift itself: takes up runs that died, has forgotten messages told, and tells of
 * what has not run, is disabled, throttled or given up. Writes no lease: the unit's own function
 * takes its run up (rule: ledger-no-deputy).
 */

import type { Order } from "../../ingest/start.ts";
import type { Store } from "../../ledger/store.ts";
import { rememberUnits } from "../../ledger/units-known.ts";
import { type KeptMessage, outboxWriters, put, untold } from "../../messages/outbox.ts";
import { releaseWithheld } from "../../messages/withhold.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Clock } from "../../sdk/time.ts";
import { before, days, minutes } from "../../sdk/time.ts";
import { type Freeze, freezeNotices } from "../../settings/freeze.ts";
import type { Log } from "./log.ts";
import { dayPast, digestMessage } from "./watch/digest.ts";
import { type WatchCheck, watchOver } from "./watch/findings.ts";
import { takeUpLeft } from "./watch/left-behind.ts";
import type { LeftOut } from "./watch/left-out.ts";

/** What starts it: its own schedules. */
export type Watch = { readonly kind: "watch" } | { readonly kind: "digest" };

/**
 * The stream has a day (rule: told-at-least-once); what it has not told by then is looked for a
 * week long.
 */
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
  tell(messages: readonly KeptMessage[]): Promise<void>;
  /** With on-call: has incidents looked at whose timer was lost. */
  overdue?(): Promise<void>;
  /** What of the ledger could not be read. */
  readonly leftOut?: LeftOut;
  /** What is looked at beside what was left behind. */
  readonly checks: readonly WatchCheck[];
  readonly place: { readonly account: string; readonly home: string };
  /** Ids of automations and reports: what a digest is of. */
  readonly reporting: readonly string[];
  /** Told a day before they begin. */
  readonly freezes?: readonly Freeze[];
}

/** How much was taken up, told and found wrong. */
export interface Watched {
  readonly takenUp: number;
  readonly told: number;
  readonly wrong: number;
}

/** @returns what Lambda calls, on a schedule; throws, after all else is done, when something could not be handed over */
export function watchdogHandler({
  units,
  store,
  clock,
  log,
  invoke,
  tell,
  checks,
  place,
  reporting,
  freezes = [],
  overdue,
  leftOut,
}: WatchdogParts) {
  return async (given: unknown = undefined): Promise<Watched> => {
    const now = clock.now();
    leftOut?.forget();
    if ((given as Partial<Watch> | undefined)?.kind === "digest") {
      const past = await dayPast(store, reporting, now);
      const unread = leftOut?.findings().map(({ title }) => title) ?? [];
      // What the findings say already is not said again.
      const wrong = [...new Set([...past.wrong, ...unread])];
      await put(store, "watch", digestMessage({ ...past, wrong }, place, now));
      return { takenUp: 0, told: 0, wrong: 0 };
    }
    const errors: unknown[] = [];
    let wrong = 0;
    let told = 0;
    const failed = (error: unknown): void => void errors.push(error);
    const takenUp = await takeUpLeft({ store, log, invoke }, units, now, failed);
    for (const writer of outboxWriters(units)) {
      try {
        const forgotten = await Array.fromAsync(
          untold(store, writer, before(now, lookBack), before(now, tooYoung)),
        );
        if (!forgotten.length) continue;
        log.warn("messages were not told", { writer, count: forgotten.length });
        await tell(forgotten);
        told += forgotten.length;
      } catch (error) {
        errors.push(error);
      }
    }
    try {
      for (const notice of freezeNotices(freezes, place, now)) await put(store, "watch", notice);
      told += await releaseWithheld(store, place, tell, now);
    } catch (error) {
      errors.push(error);
    }
    try {
      await rememberUnits(store, reporting, now);
    } catch (error) {
      errors.push(error);
    }
    try {
      await overdue?.();
    } catch (error) {
      errors.push(error);
    }
    try {
      const found = await watchOver(checks, store, place, now);
      for (const { key, title } of found)
        log.warn("something is wrong with Nightshift itself", { finding: key, title });
      wrong = found.length;
    } catch (error) {
      errors.push(error);
    }
    if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
    return { takenUp, told, wrong };
  };
}
