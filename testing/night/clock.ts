/** The night's time: it runs as the system's does, and skips what nobody wants to wait for. */
import { type Clock, systemClock } from "../../sdk/time.ts";

export interface NightClock extends Clock {
  /** From then on it is at least that late. */
  skipTo(at: Date): void;
}

export function nightClock(): NightClock {
  let skipped = 0;
  const now = () => new Date(Date.now() + skipped);
  return {
    now,
    sleep: (span) => systemClock.sleep(span),
    skipTo(at) {
      skipped += Math.max(0, at.getTime() - now().getTime());
    },
  };
}
