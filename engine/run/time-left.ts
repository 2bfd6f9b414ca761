/** What the process's time allows (rule: leases). */

import type { HeldClaim } from "../../ledger/claims.ts";
import type { Lease } from "../../ledger/lease.ts";
import { TryAgain } from "../../sdk/errors.ts";
import { after, type Span, seconds } from "../../sdk/time.ts";
import type { Attempt, Runnable } from "./attempt.ts";
import { attemptSeconds } from "./clients.ts";
import type { Host } from "./host.ts";

/**
 * Beyond the process's end, so that no other attempt begins while this one may still be heard of.
 */
const leaseMargin = seconds(60);

export const leaseFrom = (now: Date, { deadline }: Pick<Host, "deadline">): Lease => ({
  from: now,
  until: after(deadline, leaseMargin),
});

/** The process ends before the work does: nothing is wrong with either. */
export class OutOfTime extends TryAgain {
  constructor() {
    super(
      "the time that is left does not suffice for another call; the next delivery goes on from here",
    );
  }
}

/** How often an asynchronous invocation is delivered (`lib/delivery.ts`). */
export const deliveries = 3;

/** As often as one is delivered it settled nothing: no invocation will be long enough. */
export const hasNoTimeFor = ({
  number,
  idle = number,
}: Pick<HeldClaim, "number" | "idle">): boolean => idle >= deliveries;

/**
 * A run that got further, of which this was the last delivery: the watchdog takes it up. To fail
 * would put what goes on into the failure queue.
 */
export class GoesOn extends OutOfTime {}

/** @returns what is thrown of an attempt that ran out of time */
export const outOfTime = (
  error: OutOfTime,
  { number, tally }: Pick<Attempt<Runnable>, "number" | "tally">,
): OutOfTime => (tally?.settled && number % deliveries === 0 ? new GoesOn() : error);

/**
 * @param takes what is about to be begun, at least
 * @throws {OutOfTime} when less time remains than that
 */
export function timeLeft(
  { clock, deadline }: Pick<Host, "clock" | "deadline">,
  takes: Span = seconds(attemptSeconds),
): void {
  if (after(clock.now(), takes) > deadline) throw new OutOfTime();
}
