import { randomUUID } from "node:crypto";
import { claim } from "../../ledger/claims.ts";
import { runId } from "../../ledger/ids.ts";
import type { Place } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runById } from "../../ledger/runs.ts";
import type { Start } from "../../ledger/start.ts";
import { NotPossible, TryAgain } from "../../sdk/errors.ts";
import { leaseOf } from "./apply.ts";
import type { Host } from "./host.ts";
import type { Attempt } from "./record.ts";

/**
 * Claims the time slot or event.
 * @returns the run that is ours to carry out, or the finished one that this delivery repeats
 * @throws {TryAgain} while another attempt holds the claim: never a success (rule: leases)
 */
export async function beginRun(
  place: Place,
  start: Start,
  host: Host,
): Promise<Attempt | { readonly finished: RunResult }> {
  const holder = randomUUID();
  const claimed = await claim(
    host.store,
    { place, start, run: runId(place, start), holder },
    { from: host.clock.now(), until: leaseOf(host) },
  );
  if (claimed.state === "busy")
    throw new TryAgain(
      `${runId(place, start)} is being carried out elsewhere until ${claimed.until.toISOString()}`,
    );
  if (claimed.state === "claimed")
    return {
      place,
      id: claimed.claim.run,
      start: claimed.claim.start,
      holder,
      attempt: claimed.claim.number,
    };
  host.log.info("this trigger has had its run", { run: claimed.run });
  const finished = await runById(host.store, "unit", place.unit, claimed.run);
  if (finished) return { finished };
  throw new NotPossible(`${claimed.run} is finished, but its record is gone`);
}
