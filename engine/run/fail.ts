/** A run that could not be carried out to its end. */

import { release } from "../../ledger/claims.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runRecord } from "../../ledger/runs.ts";
import { post } from "../../messages/outbox.ts";
import type { RunTold } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { inOneLine, TryAgain, withoutVariables } from "../../sdk/errors.ts";
import type { Attempt, Runnable } from "./attempt.ts";
import { countFailed } from "./breaker.ts";
import { carriedDecision } from "./run-message.ts";

/** Says so, counts it, and lets the next delivery take it up. */
export async function failRun(attempt: Attempt<Runnable>, error: unknown): Promise<void> {
  const { run, host } = attempt;
  const why = inOneLine(error);
  host.log.error("a run failed", { run, error: why });
  try {
    // Another attempt has taken it up: its record stands, not ours.
    if (!(await release(host.store, attempt))) return;
    if (error instanceof TryAgain) return;
    const result = failedResult(attempt, why);
    const message = { ...failureMessage(result, why), ...(await carriedDecision(attempt)) };
    await host.store.transact([
      ...runRecord("unit", result),
      post(`unit#${result.automation}`, message),
    ]);
    await countFailed(attempt, why);
  } catch (second) {
    // The first error is the one that matters; it goes up, to retries and to the failure queue.
    host.log.error("the failure could not be recorded", { run, error: inOneLine(second) });
  }
}

const failedResult = ({ place, run, host }: Attempt<Runnable>, error: string): RunResult => ({
  id: run,
  automation: place.unit,
  account: place.account,
  region: place.region,
  mode: host.settings.mode,
  at: host.clock.now(),
  outcome: "failed",
  found: 0,
  plan: null,
  actions: [],
  calls: { ...host.clients.calls },
  error,
});

const failureMessage = (run: RunResult, error: string): RunTold => ({
  id: `${run.id}.${digest(withoutVariables(error)).slice(0, 8)}`,
  at: run.at,
  account: run.account,
  region: run.region,
  unit: run.automation,
  kind: "run",
  severity: "critical",
  title: `${run.automation} in ${run.region} could not be carried out`,
  facts: {
    error,
    "so far": "what it had changed before is recorded and can be undone",
    "what now": "it is tried again by itself; if it stays so, see `npx nightshift doctor`",
  },
  run,
});
