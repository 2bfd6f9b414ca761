/**
 * The end of a run: its record, its heartbeat, its claim and, if there is something to say, one
 * message; in one transaction.
 */

import { finished, reopened } from "../../ledger/claims.ts";
import { beat, type Heartbeat, heartbeatOf, sweptNow } from "../../ledger/heartbeats.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runRecord } from "../../ledger/runs.ts";
import type { Start } from "../../ledger/start.ts";
import type { Step } from "../../ledger/store.ts";
import { post } from "../../messages/outbox.ts";
import { digest } from "../../sdk/codec.ts";
import { TryAgain } from "../../sdk/errors.ts";
import type { Attempt, Runnable } from "./attempt.ts";
import { countFailed, countSuccess } from "./breaker.ts";
import { hadEffect, outcomeOf } from "./outcome.ts";
import { carriedDecision, type RunFindings, runMessage } from "./run-message.ts";

/**
 * An item holds 400 KB: beyond this many the rest is counted. What was applied comes first, and is
 * recorded on its own anyway.
 */
const mostActions = 150;
const mostSaid = 4000;

const rank: Record<ActionResult["outcome"], number> = {
  failed: 0,
  applied: 1,
  already: 2,
  waiting: 3,
  held: 4,
};
/** Those that are recorded and told one by one, the worst first. */
export const listedActions = (actions: readonly ActionResult[]): readonly ActionResult[] =>
  actions.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]).slice(0, mostActions);

/** @throws {TryAgain} when another attempt has taken it up meanwhile */
export async function finishRun(
  attempt: Attempt<Runnable>,
  findings: RunFindings,
): Promise<RunResult> {
  const { place, run, host } = attempt;
  const { actions } = findings;
  const result = resultOf(attempt, findings);
  const stored: RunResult = { ...result, actions: listedActions(actions) };
  const before = await heartbeatOf(host.store, place);
  const steps = [
    ...runRecord("unit", stored),
    ...heartbeats(attempt, result, saidBy(attempt.start, findings, before)),
    // A run with a failed action stays open, so that the next delivery tries again what is left.
    result.outcome === "failed" ? reopened(attempt) : finished(attempt, result.at),
  ];
  if (hasNews(findings, before)) steps.push(await telling(attempt, stored, findings));
  const lost = await host.store.transact(steps);
  if (lost.length)
    throw new TryAgain(`${run} was taken up by another attempt meanwhile; its record stands`);
  await countOutcome(attempt, result);
  const { outcome, found, mode } = result;
  host.log.info("run", { run, outcome, found, mode, actions: actions.length });
  return result;
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
  { place, run, host }: Attempt<Runnable>,
  { found, mode, plan, actions, unjudged, message }: RunFindings,
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
    plan: plan && { id: plan.id, hash: plan.hash, expires: plan.expires },
    actions,
    ...(unjudged && { unjudged }),
    calls: { ...host.clients.calls },
    ...(message && { message }),
  };
}

async function countOutcome(attempt: Attempt<Runnable>, result: RunResult): Promise<void> {
  const { outcome, actions } = result;
  if (outcome !== "failed" || actions.some(hadEffect)) return countSuccess(attempt);
  // What is wrong with some targets must not keep the unit from all others (rule: caps).
  const failed = actions.filter((action) => action.outcome === "failed");
  if (failed.some(({ fault }) => fault !== "target"))
    await countFailed(attempt, "every change that it tried failed");
}

/** Whether it has looked at everything, of its own accord. */
const isSweep = ({ only, kind }: Start): boolean => only === undefined && kind !== "decision";

function heartbeats(
  { place, run, start }: Attempt<Runnable>,
  { at, outcome, found, mode }: RunResult,
  said: readonly string[],
): Step[] {
  const alive = beat(place, { at, run, outcome, found, mode, said });
  return isSweep(start) ? [alive, sweptNow(place, { at, found })] : [alive];
}

const saidDigest = (what: unknown): string => digest(what).slice(0, 10);

/** Tells held and watched proposals from others, so that each is told once and not every night. */
const heldDigests = (actions: readonly ActionResult[]): string[] =>
  actions
    .filter(({ outcome, held }) => {
      const isEcho = held?.by === "own-echo" || held?.by === "changed";
      return outcome === "held" && !isEcho;
    })
    .map(({ target, held, call }) => saidDigest([target, held?.by, call.operation]));

/** What is told once, for as long as it is so. */
const sayableIn = ({ actions, notes, unjudged }: RunFindings): string[] => [
  ...heldDigests(actions),
  ...notes.map(saidDigest),
  ...(unjudged?.targets.map(({ target }) => saidDigest([target, "unjudged"])) ?? []),
];

/** What has been told by now; a sweep begins anew. */
function saidBy(
  start: Start,
  findings: RunFindings,
  before: Heartbeat | undefined,
): readonly string[] {
  const earlier = isSweep(start) ? [] : (before?.said ?? []);
  const said = new Set([...earlier, ...sayableIn(findings)]);
  return [...said].slice(-mostSaid);
}

/** Whether there is something to say that was not said before. */
function hasNews(findings: RunFindings, before: Heartbeat | undefined): boolean {
  const { actions, message } = findings;
  if (message || actions.some(({ outcome }) => outcome !== "held")) return true;
  const known = new Set(before?.said);
  return sayableIn(findings).some((each) => !known.has(each));
}
