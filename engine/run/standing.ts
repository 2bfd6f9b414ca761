/** What a run goes by beside what it finds, read at once. */
import { type CapCounter, capCounter } from "../../ledger/caps.ts";
import {
  failures,
  type HeartbeatRead,
  heartbeatRead,
  lastSweep,
  type Swept,
} from "../../ledger/heartbeats.ts";
import type { Attempt } from "./attempt.ts";

export interface Standing {
  readonly heartbeat: HeartbeatRead;
  /** The last complete look at everything. */
  readonly swept: Swept | undefined;
  /** How many runs have failed in a row. */
  readonly failed: number;
  readonly counter: CapCounter;
}

export async function standingAt({
  place,
  host: { store },
}: Pick<Attempt, "place" | "host">): Promise<Standing> {
  const [heartbeat, swept, failed, counter] = await Promise.all([
    heartbeatRead(store, place),
    lastSweep(store, place),
    failures(store, place),
    capCounter(store, place),
  ]);
  return { heartbeat, swept, failed, counter };
}
