import { after, seconds } from "../../sdk/time.ts";
import { attemptSeconds } from "./clients.ts";
import type { Host } from "./host.ts";

/** Reads lag: back-off up to two minutes (rules: retries-are-deliveries, reads-lag). */
const pauses = [0, 1, 2, 4, 8, 15, 30, 60];

/**
 * Looks again and again, as long as the process has the time.
 * @param seen whether what was waited for is there
 * @returns whether it was seen; `false`: not yet
 */
export async function lookUntil(
  host: Pick<Host, "clock" | "deadline">,
  seen: () => Promise<boolean>,
): Promise<boolean> {
  for (const pause of pauses) {
    if (pause && after(host.clock.now(), seconds(pause + 2 * attemptSeconds)) > host.deadline)
      return false;
    if (pause) await host.clock.sleep(seconds(pause));
    if (await seen()) return true;
  }
  return false;
}
