/** A run that could not be carried out to its end. */

import { actionsOf } from "../../ledger/actions.ts";
import { release } from "../../ledger/claims.ts";
import { numbersIn, numbersOf } from "../../ledger/numbers.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runRecord, shortened } from "../../ledger/runs.ts";
import { post } from "../../messages/outbox.ts";
import type { RunTold } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine, TryAgain, withoutVariables } from "../../sdk/errors.ts";
import { actionResults } from "./action-results.ts";
import type { Attempt, Runnable } from "./attempt.ts";
import { countFailed } from "./breaker.ts";
import { carriedDecision } from "./run-message.ts";

/**
 * Says so, counts it, and lets the next delivery take it up.
 * @param found how many things it had looked at by then
 */
export async function failRun(
  attempt: Attempt<Runnable>,
  error: unknown,
  found: number,
): Promise<void> {
  const { run, host } = attempt;
  const why = inOneLine(error);
  host.log.error("a run failed", { run, error: why });
  try {
    // Another attempt has taken it up: its record stands, not ours.
    if (!(await release(host.store, attempt))) return;
    if (error instanceof TryAgain) return;
    const result = failedResult(attempt, { why, found, actions: await recordedBy(attempt) });
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

/** What is recorded of its changes: they were made, whatever the run died of. */
async function recordedBy({ place, run, host }: Attempt<Runnable>): Promise<ActionResult[]> {
  const records = await actionsOf(host.store, "unit", place.unit, run);
  return [...actionResults({ run, changes: [], records, held: new Map(), waiting: [] })];
}

/** What is known of a run that died. */
interface Died {
  readonly why: string;
  readonly found: number;
  readonly actions: readonly ActionResult[];
}

const failedResult = (
  { place, run, host }: Attempt<Runnable>,
  { why: error, found, actions }: Died,
): RunResult => ({
  id: run,
  automation: place.unit,
  account: place.account,
  region: place.region,
  mode: host.settings.mode,
  at: host.clock.now(),
  outcome: "failed",
  found,
  plan: null,
  actions,
  numbers: numbersOf(actions),
  calls: { ...host.clients.calls },
  error,
});

const failureMessage = (result: RunResult, error: string): RunTold => {
  const run = shortened(result);
  const { applied, already } = numbersIn(run);
  return {
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
      "so far": soFar(run.found, applied + already),
      "what now": "it is tried again by itself; if it stays so, see `npx nightshift doctor`",
    },
    run,
  };
};

function soFar(found: number, changed: number): string {
  const looked = `it had looked at ${count(found, "thing")}`;
  if (!changed) return `${looked} and changed nothing`;
  return `${looked} and changed ${changed}: that is recorded and can be undone`;
}
