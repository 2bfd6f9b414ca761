/**
 * Looks after Nightshift itself: takes up runs that died, has forgotten messages told, and tells of
 * what has not run, is disabled, throttled or given up. Writes no lease: the unit's own function
 * takes its run up (rule: ledger-no-deputy).
 */

import type { Order } from "../../ingest/start.ts";
import type { Store } from "../../ledger/store.ts";
import { rememberUnits, unitsKnown } from "../../ledger/units-known.ts";
import { type KeptMessage, outboxWriters, put } from "../../messages/outbox.ts";
import { releaseWithheld } from "../../messages/withhold.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Clock } from "../../sdk/time.ts";
import { type Freeze, freezeNotices } from "../../settings/freeze.ts";
import type { Log } from "./log.ts";
import { type Counter, noMetrics } from "./metrics.ts";
import { dayPast, digestMessage } from "./watch/digest.ts";
import { type WatchCheck, watchOver } from "./watch/findings.ts";
import { takeUpLeft } from "./watch/left-behind.ts";
import type { LeftOut } from "./watch/left-out.ts";
import { offerUntaken, retell, tellLeft } from "./watch/left-untold.ts";

/** What starts it: its own schedules. */
export type Watch = { readonly kind: "watch" } | { readonly kind: "digest" };

export interface WatchdogParts {
  /** Ids of all units that are deployed. */
  readonly units: readonly string[];
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  invoke(unit: string, order: Order): Promise<void>;
  /** Former ids of those that had another, by the id of today. */
  readonly formerly?: Readonly<Record<string, readonly string[]>>;
  /** Hands forgotten messages to tell. */
  tell(messages: readonly KeptMessage[]): Promise<void>;
  /** The same, and waits until it is done with them. */
  tellNow(messages: readonly KeptMessage[]): Promise<void>;
  readonly metrics?: Counter;
  /** Starts sweeps that the clocks have skipped. @returns how many */
  startSkipped?(now: Date, failed: (error: unknown) => void): Promise<number>;
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
export function watchdogHandler(parts: WatchdogParts) {
  return async (given: unknown = undefined): Promise<Watched> => {
    const now = parts.clock.now();
    parts.leftOut?.forget();
    const isDigest = (given as Partial<Watch> | undefined)?.kind === "digest";
    return isDigest ? tellDigest(parts, now) : lookAfter(parts, now);
  };
}

async function tellDigest(
  { store, place, reporting, leftOut }: WatchdogParts,
  now: Date,
): Promise<Watched> {
  const past = await dayPast(store, reporting, now);
  const unread = leftOut?.findings().map(({ title }) => title) ?? [];
  // What the findings say already is not said again.
  const wrong = [...new Set([...past.wrong, ...unread])];
  await put(store, "watch", digestMessage({ ...past, wrong }, place, now));
  return { takenUp: 0, told: 0, wrong: 0 };
}

/** Each of its parts is tried, whatever became of the others. */
async function lookAfter(parts: WatchdogParts, now: Date): Promise<Watched> {
  const { store, place, units, formerly = {}, freezes = [], metrics = noMetrics, overdue } = parts;
  const errors: unknown[] = [];
  const failed = (error: unknown): void => void errors.push(error);
  const attempted = <T>(work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((error: unknown) => void failed(error));

  // Removed and renamed units have left what they left: it is looked for under all ids there were.
  const known = (await attempted(() => unitsKnown(store))) ?? [];
  const takenUp = await takeUpLeft(
    { ...parts, account: place.account },
    { units, formerly },
    now,
    failed,
  );
  await attempted(async () => parts.startSkipped?.(now, failed));
  const waiting = await attempted(() => offerUntaken(parts));
  const writers = outboxWriters([...new Set([...units, ...known])]);
  let told = await tellLeft(parts, writers, { now, waiting: waiting ?? new Set() }, failed);
  if (told) metrics.add("untold", told);
  await attempted(async () => {
    for (const notice of freezeNotices(freezes, place, now)) await put(store, "watch", notice);
    const again = async (messages: readonly KeptMessage[]): Promise<void> =>
      void (await retell(parts, messages, failed));
    told += await releaseWithheld(store, place, again, now);
  });
  await attempted(() => rememberUnits(store, units, now));
  await attempted(async () => overdue?.());
  const wrong = await attempted(() => findWrong(parts, now));
  if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
  return { takenUp, told, wrong: wrong ?? 0 };
}

/** @returns how much is wrong with Nightshift itself */
async function findWrong({ checks, store, place, log }: WatchdogParts, now: Date): Promise<number> {
  const found = await watchOver(checks, store, place, now);
  for (const { key, title } of found)
    log.warn("something is wrong with Nightshift itself", { finding: key, title });
  return found.length;
}
