/** The sweeps that are deployed: which are late, and which the clocks have skipped. */
import type { Order } from "../../../ingest/start.ts";
import { lookedAfterSince, type WatchdogFinding } from "../../../ledger/findings.ts";
import { lastSweep } from "../../../ledger/heartbeats.ts";
import type { Store } from "../../../ledger/store.ts";
import { inOneLine, NotPossible } from "../../../sdk/errors.ts";
import { changeAround } from "../../../sdk/wall-clock.ts";
import type { Log } from "../log.ts";
import { late, type SweptSoFar, skippedSlot, type WatchedUnit } from "./late.ts";

export interface Sweeps {
  readonly store: Store;
  /** 12 digits. */
  readonly account: string;
  readonly watched: readonly WatchedUnit[];
}

async function sweptSoFar(
  { store, account }: Sweeps,
  { unit, region, schedule }: WatchedUnit,
  now: Date,
): Promise<SweptSoFar> {
  const [swept, since] = await Promise.all([
    lastSweep(store, { unit, account, region }),
    lookedAfterSince(store, `${unit}#${region}#${schedule}`, now),
  ]);
  return { last: swept?.at, since };
}

/** One whose record cannot be read is found by itself, and hides no other. */
async function lateOrUnread(
  sweeps: Sweeps,
  watched: WatchedUnit,
  now: Date,
): Promise<WatchdogFinding[]> {
  try {
    return [late(watched, await sweptSoFar(sweeps, watched, now), now) ?? []].flat();
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
    const { unit, region, schedule } = watched;
    return [
      {
        key: `late ${unit} ${region} ${schedule}`,
        title: `Whether ${unit} in ${region} has run is not known: its record cannot be read`,
        severity: "warning",
        affected: [unit],
        facts: { why: inOneLine(error) },
      },
    ];
  }
}

export async function lateSweeps(sweeps: Sweeps, now: Date): Promise<WatchdogFinding[]> {
  const each = await Promise.all(
    sweeps.watched.map((watched) => lateOrUnread(sweeps, watched, now)),
  );
  return each.flat();
}

/** What starts a skipped sweep as its schedule would have. */
export interface SkippedStart {
  readonly log: Log;
  /** The ARN of a schedule. */
  arnOf(watched: WatchedUnit): string;
  invoke(unit: string, order: Order): Promise<void>;
}

/**
 * Starts what the clocks have skipped, under the slot that it would have had: it is claimed by that,
 * so that it runs once however often it is handed over.
 * @returns how many were handed over
 */
export async function startSkipped(
  sweeps: Sweeps,
  { log, arnOf, invoke }: SkippedStart,
  now: Date,
  failed: (error: unknown) => void,
): Promise<number> {
  let count = 0;
  for (const watched of sweeps.watched) {
    const { unit, region, sweep, timeZone } = watched;
    if (changeAround(now, timeZone) <= 0) continue;
    try {
      const due = skippedSlot(watched, await sweptSoFar(sweeps, watched, now), now);
      if (!due) continue;
      const slot = due.toISOString();
      log.warn("a sweep was skipped with the clocks", { unit, region, slot });
      await invoke(unit, { kind: "slot", region, schedule: arnOf(watched), slot, sweep });
      count += 1;
    } catch (error) {
      failed(error);
    }
  }
  return count;
}
