/**
 * The end of a run: its record, its heartbeat, its claim and, if there is something to say, one
 * message; in one transaction.
 */

import type { ActionRecord } from "../../ledger/actions.ts";
import { finished, reopened } from "../../ledger/claims.ts";
import {
  beat,
  type Heartbeat,
  type HeartbeatRead,
  heartbeatRead,
  sweptNow,
} from "../../ledger/heartbeats.ts";
import { numbersOf } from "../../ledger/numbers.ts";
import { mostSteps, type PlannedStep, transactWithout } from "../../ledger/optional.ts";
import { amendAll } from "../../ledger/outcomes.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runRecord, shortened } from "../../ledger/runs.ts";
import { looksAtAll } from "../../ledger/start.ts";
import type { Step } from "../../ledger/store.ts";
import { post } from "../../messages/outbox.ts";
import { digest } from "../../sdk/codec.ts";
import { TryAgain } from "../../sdk/errors.ts";
import type { Attempt, Runnable } from "./attempt.ts";
import { countFailed, countSuccess } from "./breaker.ts";
import { hadEffect, outcomeOf } from "./outcome.ts";
import { askedPlan } from "./plan-parts.ts";
import { carriedDecision, type RunFindings, runMessage } from "./run-message.ts";

/** What has been told is remembered one by one up to so many, and beyond them as a whole. */
const mostSaid = 4000;

/** What was read earlier in a run, and what its end completes. */
export interface RunEnding {
  readonly heartbeat?: HeartbeatRead;
  /** How many runs had failed in a row. */
  readonly failed?: number;
  /** Records that say more than is written. */
  readonly amended?: readonly ActionRecord[];
}

/** Steps of the transaction beside records: run, line, heartbeat, sweep, claim and message. */
const ownSteps = 6;

/** @throws {TryAgain} when another attempt has taken it up meanwhile */
export async function finishRun(
  attempt: Attempt<Runnable>,
  findings: RunFindings,
  ending: RunEnding = {},
): Promise<RunResult> {
  const { place, run, host } = attempt;
  const { actions } = findings;
  const result = resultOf(attempt, findings);
  const amended = await amendAll(host.store, ending.amended ?? [], mostSteps - ownSteps);
  const write = async (before: HeartbeatRead) =>
    transactWithout(host.store, [
      ...(await endSteps(attempt, result, findings, before)),
      ...amended,
    ]);
  await writeEnd(attempt, ending.heartbeat ?? (await heartbeatRead(host.store, place)), write);
  await countOutcome(attempt, result, ending.failed);
  const { outcome, found, mode } = result;
  host.log.info("run", { run, outcome, found, mode, actions: actions.length });
  return result;
}

/** Other runs of the unit end too, and write the same heartbeat. */
const mostTries = 10;

async function writeEnd(
  { place, run, host }: Attempt<Runnable>,
  before: HeartbeatRead,
  write: (before: HeartbeatRead) => Promise<readonly PlannedStep[]>,
): Promise<void> {
  let read = before;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const lost = await write(read);
    if (!lost.length) return;
    if (!lost.every(isHeartbeat)) break;
    read = await heartbeatRead(host.store, place);
  }
  throw new TryAgain(`${run} was taken up by another attempt meanwhile; its record stands`);
}

const isHeartbeat = ({ step }: PlannedStep): boolean =>
  "put" in step && step.put.type === "heartbeat";

async function endSteps(
  attempt: Attempt<Runnable>,
  result: RunResult,
  findings: RunFindings,
  before: HeartbeatRead,
): Promise<PlannedStep[]> {
  const stored = shortened(result);
  const steps = [
    ...runRecord("unit", stored),
    ...heartbeats(attempt, result, findings, before),
    // A run with a failed action stays open, so that the next delivery tries again what is left.
    result.outcome === "failed" ? reopened(attempt) : finished(attempt, result.at),
  ];
  if (hasNews(attempt, findings, before.heartbeat))
    steps.push(await telling(attempt, stored, findings));
  return steps.map((step) => ({ step }));
}

async function telling(
  attempt: Attempt<Runnable>,
  stored: RunResult,
  findings: RunFindings,
): Promise<Step> {
  const carried = await carriedDecision(attempt);
  return post(`unit#${attempt.place.unit}`, runMessage(attempt, stored, findings, carried));
}

function resultOf(
  { place, run, host, involved = [] }: Attempt<Runnable>,
  { found, mode, plan, actions, unjudged, message, flowsEndBy }: RunFindings,
): RunResult {
  return {
    id: run,
    automation: place.unit,
    account: place.account,
    region: place.region,
    mode,
    at: host.clock.now(),
    outcome: message ? "done" : outcomeOf(actions, unjudged),
    found,
    plan: plan && askedPlan(plan),
    actions,
    numbers: numbersOf(actions),
    ...(unjudged && { unjudged }),
    ...(flowsEndBy && { flowsEndBy }),
    calls: { ...host.clients.calls },
    ...(message && { message }),
    ...(involved.length && { involved }),
  };
}

async function countOutcome(
  attempt: Attempt<Runnable>,
  result: RunResult,
  failedBefore: number | undefined,
): Promise<void> {
  const { outcome, actions } = result;
  // What has only begun is neither yet: its end counts.
  if (outcome === "begun" && !actions.some(hadEffect)) return;
  if (outcome !== "failed" || actions.some(hadEffect)) return countSuccess(attempt, failedBefore);
  // What is wrong with some targets must not keep the unit from all others (rule: caps).
  const failed = actions.filter((action) => action.outcome === "failed");
  if (failed.some(({ fault }) => fault !== "target"))
    await countFailed(attempt, "every change that it tried failed");
}

function heartbeats(
  attempt: Attempt<Runnable>,
  { at, outcome, found, mode }: RunResult,
  findings: RunFindings,
  before: HeartbeatRead,
): Step[] {
  const { place, run, start } = attempt;
  const said = saidBy(attempt, findings, before.heartbeat);
  const alive = beat(place, { at, run, outcome, found, mode, said }, before);
  return looksAtAll(start) ? [alive, sweptNow(place, { at, found })] : [alive];
}

const saidDigest = (what: unknown): string => digest(what).slice(0, 10);

/** What holds because of something that is told, or was told, by itself. */
const echoes: ReadonlySet<string> = new Set(["own-echo", "changed", "under-way"]);

/** Tells held and watched proposals from others, so that each is told once and not every night. */
const heldDigests = (actions: readonly ActionResult[]): string[] =>
  actions
    .filter(({ outcome, held }) => {
      const isEcho = echoes.has(held?.by ?? "");
      return outcome === "held" && !isEcho;
    })
    .map(({ target, held, call }) => saidDigest([target, held?.by, call.operation]));

/**
 * What is told once, for as long as it is so; what is too much to be remembered one by one, as a
 * whole.
 */
function sayableIn({ actions, notes, unjudged }: RunFindings): readonly string[] {
  const digests = [
    ...heldDigests(actions),
    ...notes.map(saidDigest),
    ...(unjudged?.targets.map(({ target }) => saidDigest([target, "unjudged"])) ?? []),
  ];
  return digests.length > mostSaid ? [saidDigest(digests.sort())] : digests;
}

const dayOf = (at: Date): number => Math.floor(at.getTime() / 86_400_000);

/** By digest, since when it is so no longer: the last day on which it was; nothing: it still was. */
type ToldBefore = ReadonlyMap<string, number | undefined>;

/** What is so no longer is known for as long as it may come again without being news. */
function toldBefore({ unit, host }: Attempt<Runnable>, before: Heartbeat | undefined): ToldBefore {
  const span = unit.kind === "automation" ? unit.recursWithin : undefined;
  const oldest = dayOf(host.clock.now()) - (span?.seconds ?? 0) / 86_400;
  const entries = (before?.said ?? []).map((entry) => entry.split("@"));
  const known = entries.map(([told = "", day]) => [told, day ? Number(day) : undefined] as const);
  return new Map(known.filter(([, day]) => day === undefined || day >= oldest));
}

/** What has been told by now; a sweep begins anew, but for what comes and goes by the clock. */
function saidBy(
  attempt: Attempt<Runnable>,
  findings: RunFindings,
  before: Heartbeat | undefined,
): readonly string[] {
  const { unit, host, start } = attempt;
  const current = new Set(sayableIn(findings));
  const isAnew = looksAtAll(start);
  const recurs = unit.kind === "automation" && unit.recursWithin !== undefined;
  const earlier = [...(isAnew && !recurs ? [] : toldBefore(attempt, before))];
  const today = isAnew ? dayOf(host.clock.now()) : undefined;
  const lapsed = earlier.flatMap(([told, day = today]) =>
    current.has(told) ? [] : [day === undefined ? told : `${told}@${day}`],
  );
  return [...lapsed, ...current].slice(-mostSaid);
}

/** What was done again, and well: whoever was told the first time is not told each time. */
const isRepetition = (action: ActionResult): boolean =>
  action.again !== undefined && hadEffect(action);

/** Whether there is something to say that was not said before. */
function hasNews(
  attempt: Attempt<Runnable>,
  findings: RunFindings,
  before: Heartbeat | undefined,
): boolean {
  const { actions, message } = findings;
  const changed = actions.filter(({ outcome }) => outcome !== "held");
  if (message || !changed.every(isRepetition)) return true;
  const known = toldBefore(attempt, before);
  return sayableIn(findings).some((each) => !known.has(each));
}
