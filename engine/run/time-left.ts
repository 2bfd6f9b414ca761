/** What the process's time allows (rule: leases). */

import type { Lease } from "../../ledger/lease.ts";
import { TryAgain } from "../../sdk/errors.ts";
import { after, seconds } from "../../sdk/time.ts";
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

/** @throws {TryAgain} when less time remains than an attempt at a call may take */
export function timeLeft({ clock, deadline }: Pick<Host, "clock" | "deadline">): void {
  if (after(clock.now(), seconds(attemptSeconds)) > deadline)
    throw new TryAgain(
      "the time that is left does not suffice for another call; the next delivery goes on from here",
    );
}
