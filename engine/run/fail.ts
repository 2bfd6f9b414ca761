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
import {
  inOneLine,
  isUnknownCaller,
  RegionNotEnabled,
  regionRemedy,
  TryAgain,
  withoutVariables,
} from "../../sdk/errors.ts";
import { actionResults } from "./action-results.ts";
import type { Attempt, Progress, Runnable } from "./attempt.ts";
import { countFailed } from "./breaker.ts";
import { carriedDecision } from "./run-message.ts";
import { hasNoTimeFor, OutOfTime } from "./time-left.ts";

/**
 * The claim was taken in the home region with the same credentials: where AWS does not know them,
 * the region is not enabled.
 */
export function regionFailure(
  { place, host }: Pick<Attempt<Runnable>, "place" | "host">,
  error: unknown,
): RegionNotEnabled | undefined {
  const { region } = place;
  if (region === host.settings.home || !isUnknownCaller(error)) return undefined;
  return new RegionNotEnabled(region, error);
}

/**
 * Says so, counts it, and lets the next delivery take it up.
 * @param progress how far it had come by then, and who is behind it
 */
export async function failRun(
  attempt: Attempt<Runnable>,
  error: unknown,
  { found, involved = behind(attempt) }: Progress,
): Promise<void> {
  const { run, host, tally: { settled } = { settled: 0 } } = attempt;
  const late = error instanceof OutOfTime;
  const stuck = late && !settled && hasNoTimeFor(attempt);
  const why = stuck ? neverEnds : inOneLine(error);
  if (late && !stuck) host.log.info("a run goes on in another invocation", { run, settled });
  else host.log.error("a run failed", { run, error: why });
  try {
    // An attempt that got further does not count against the run.
    const left = late && settled ? { ...attempt, idle: 0 } : attempt;
    // Another attempt has taken it up: its record stands, not ours.
    if (!(await release(host.store, left))) return;
    if (error instanceof TryAgain && !stuck) return;
    const result = failedResult(attempt, {
      ...{ why, found, involved },
      actions: await recordedBy(attempt),
    });
    const isOff = error instanceof RegionNotEnabled;
    const told = toldOf(error)(result, why);
    const message = { ...told, ...(await carriedDecision(attempt)) };
    await host.store.transact([
      ...runRecord("unit", result),
      post(`unit#${result.automation}`, message),
    ]);
    // Nothing was tried that could fail again for the unit's sake.
    if (!isOff) await countFailed(attempt, why);
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
  readonly involved: readonly string[];
}

/** Whoever asked for it, where it died before more was known. */
const behind = ({ start: { by } }: Attempt<Runnable>): readonly string[] =>
  by === undefined ? [] : [by];

const failedResult = (
  { place, run, host }: Attempt<Runnable>,
  { why: error, found, actions, involved }: Died,
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
  ...(involved.length && { involved }),
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

const neverEnds =
  "several invocations in a row ran out of time before they had changed anything: to look at all of it takes longer than one may last";

/** Tried again it would come to the same. */
const stuckMessage = (result: RunResult, error: string): RunTold => {
  const told = failureMessage(result, error);
  const remedy =
    "let it look at less at once, by its `config` (its page says what that narrows); what AWS answers slowly stands in the log of its function";
  return { ...told, facts: { ...told.facts, "what now": remedy } };
};

function toldOf(error: unknown): (result: RunResult, why: string) => RunTold {
  if (error instanceof RegionNotEnabled) return regionMessage;
  return error instanceof OutOfTime ? stuckMessage : failureMessage;
}

/** A setting to be corrected, not a night to be ended. */
const regionMessage = (result: RunResult, error: string): RunTold => ({
  ...failureMessage(result, error),
  severity: "warning",
  title: `${result.automation} cannot run in ${result.region}: the region is not enabled for this account`,
  facts: {
    error,
    "so far": "nothing was read or changed there; other regions go on",
    "what now": regionRemedy(result.region),
  },
});

function soFar(found: number, changed: number): string {
  const looked = `it had looked at ${count(found, "thing")}`;
  if (!changed) return `${looked} and changed nothing`;
  return `${looked} and changed ${changed}: that is recorded and can be undone`;
}
