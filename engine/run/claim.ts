/** The first step of a run: the time slot or event is this attempt's, or another's. */
import { randomUUID } from "node:crypto";
import { claim } from "../../ledger/claims.ts";
import { runId } from "../../ledger/ids.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runById } from "../../ledger/runs.ts";
import type { Start } from "../../ledger/start.ts";
import { NotPossible, TryAgain } from "../../sdk/errors.ts";
import type { Attempt, Runnable, Workplace } from "./attempt.ts";
import { leaseFrom } from "./time-left.ts";

/** The run that a delivery repeats. */
export interface RunBefore {
  readonly finished: RunResult;
}

/**
 * Claims the time slot or event.
 * @returns the attempt that is ours to carry out, or the finished run that this delivery repeats
 * @throws {TryAgain} while another attempt holds the claim: never a success (rule: leases)
 */
export async function claimRun<U extends Runnable>(
  workplace: Workplace<U>,
  start: Start,
): Promise<Attempt<U> | RunBefore> {
  const { place, host } = workplace;
  const run = runId(place, start);
  const claimant = { place, start, run, holder: randomUUID() };
  const answer = await claim(host.store, claimant, leaseFrom(host.clock.now(), host));
  if (answer.state === "claimed") return { ...workplace, ...answer.claim };
  if (answer.state === "busy")
    throw new TryAgain(`${run} is being carried out elsewhere until ${answer.until.toISOString()}`);
  host.log.info("this trigger has had its run", { run: answer.run });
  const finished = await runById(host.store, "unit", place.unit, answer.run);
  if (finished) return { finished };
  throw new NotPossible(`${answer.run} is finished, but its record is gone`);
}
