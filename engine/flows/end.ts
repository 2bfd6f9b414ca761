/** The end of a flow: its outcome, what is seen of it, and one message for all flows of a run. */
import { type ActionRecord, actionById, actionsOf } from "../../ledger/actions.ts";
import { type FlowUnderWay, flowOver, keptFlow, writtenBy } from "../../ledger/flows.ts";
import { keptByOwner, keptFor } from "../../ledger/kept.ts";
import { numbersIn, numbersOf, withEnds } from "../../ledger/numbers.ts";
import { settle } from "../../ledger/outcomes.ts";
import type { ActionResult, Held, RunResult } from "../../ledger/result.ts";
import { runById, runItem, runLine, shortened } from "../../ledger/runs.ts";
import { noSetback, recordSetback, setbackAfter, setbackOf } from "../../ledger/setbacks.ts";
import type { Step } from "../../ledger/store.ts";
import { post } from "../../messages/outbox.ts";
import type { RunTold } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { TryAgain } from "../../sdk/errors.ts";
import type { Severity } from "../../sdk/message.ts";
import { after } from "../../sdk/time.ts";
import type { Workplace } from "../run/attempt.ts";
import { countFailed, countSuccess } from "../run/breaker.ts";
import { look } from "../run/find.ts";
import { lookUntil } from "../run/look-until.ts";
import { hadEffect, outcomeOf } from "../run/outcome.ts";
import { newsOf } from "../run/run-message.ts";
import { shownCalls } from "../run/shown-proposal.ts";
import { leaseFrom } from "../run/time-left.ts";
import type { WrittenBack } from "./take-back-written.ts";

/** A flow whose end is in somebody's hands. */
export interface EndingFlow extends Workplace {
  readonly underWay: FlowUnderWay;
  readonly record: ActionRecord;
}

/** What its code came to. */
export type FlowEnd =
  | { readonly outcome: "applied"; readonly output: unknown }
  | { readonly outcome: "held"; readonly held: Held; readonly taken: WrittenBack }
  | { readonly outcome: "failed"; readonly error: string; readonly taken: WrittenBack };

const aftermath = ({ back, left }: WrittenBack): string => {
  const parts = [
    ...(back.length ? [`Taken back: ${back.join("; ")}`] : []),
    ...(left.length ? [`Left: ${left.join("; ")}`] : []),
  ];
  return parts.map((part) => `. ${part}`).join("");
};

/**
 * Settles the action and gives its lock back.
 * @returns false where another execution has the flow: then that one does
 */
export async function endFlow(ending: EndingFlow, end: FlowEnd): Promise<boolean> {
  const { host, underWay } = ending;
  const ended = await recordOf(ending, end);
  const kept = keptFlow({
    ...underWay,
    state: "carried",
    lease: leaseFrom(host.clock.now(), host).until,
  });
  const also = [kept, ...ownersNo(ending, end), ...(await setbacks(ending, ended))];
  await settle(host.store, "unit", ended, also);
  const { unit, run, id } = ended;
  const standing = await actionById(host.store, "unit", { unit, run, id });
  return standing?.outcome !== "begun";
}

/** An owner's no is remembered, or the next night would ask again. */
function ownersNo({ host, place, record }: EndingFlow, end: FlowEnd): Step[] {
  if (end.outcome !== "held" || end.held.by !== "owner") return [];
  const since = host.clock.now();
  const word = { since, until: after(since, keptFor), action: record.id };
  return [keptByOwner({ ...place, target: record.target }, word)];
}

/** A failure is counted, a success ends the count; what was held says nothing of either. */
async function setbacks(
  { host, place }: EndingFlow,
  { id: action, target, outcome }: ActionRecord,
): Promise<Step[]> {
  if (outcome === "applied") return [noSetback({ ...place, target })];
  if (outcome !== "failed") return [];
  const before = await setbackOf(host.store, place, target);
  const now = host.clock.now();
  return [recordSetback({ ...place, target }, setbackAfter(before, { at: now, action }))];
}

async function recordOf(ending: EndingFlow, end: FlowEnd): Promise<ActionRecord> {
  const { record, host, underWay } = ending;
  const ended = { ...record, at: host.clock.now() };
  if (end.outcome === "failed")
    return { ...ended, outcome: "failed", error: `${end.error}${aftermath(end.taken)}` };
  if (end.outcome === "held") {
    const held = { ...end.held, why: `${end.held.why}${aftermath(end.taken)}` };
    return { ...ended, outcome: "held", held };
  }
  if (!(await writtenBy(host.store, underWay.begun)).some(({ state }) => state === "done"))
    return { ...ended, outcome: "held", held: nothingToDo };
  const output = end.output === undefined ? {} : { output: end.output };
  return {
    ...ended,
    ...(await seenOf({ ...ending, ended: { ...ended, ...output, outcome: "applied" } })),
    ...output,
    outcome: "applied",
    at: host.clock.now(),
  };
}

const nothingToDo: Held = {
  by: "changed",
  why: "it ended without changing anything: nothing needed to be done",
};

/** Proposing nothing is the proof; what is not seen after a while is unknown (rule: reads-lag). */
async function seenOf(ending: EndingFlow): Promise<Pick<ActionRecord, "verified" | "after">> {
  const { target } = ending.record;
  let after: unknown;
  const verified = await lookUntil(ending.host, async () => {
    const { changes, states } = await look(ending, [target]);
    after = states.get(target)?.state;
    return !changes.some((change) => change.target === target);
  });
  return { verified: verified || null, after };
}

/** What is known of the flows of one run. */
interface FlowsOfRun {
  /** All of the run's actions as they are now. */
  readonly result: RunResult;
  /** Of its flows alone. */
  readonly flows: RunResult;
}

/**
 * Tells of all flows of a run, when the last of them has ended: its content is the same whoever
 * tells it. Last of all the flow is over: as long as it is there, whoever finds it has it told.
 * @throws {TryAgain} as long as the run itself is not recorded
 */
export async function tellEnd(ending: EndingFlow): Promise<null> {
  const { host, underWay, unit } = ending;
  const { run } = underWay.begun;
  const actions = await actionsOf(host.store, "unit", unit.id, run);
  const flows = actions.filter(({ call }) => call.operation.startsWith("flow:"));
  if (flows.some(({ outcome }) => outcome === "begun")) {
    await host.store.transact([flowOver(underWay)]);
    return null;
  }
  const known = await runById(host.store, "unit", unit.id, run);
  if (!known) throw new TryAgain(`${run} has not been recorded yet`);
  const told = resultsOf(ending, known, flows);
  const lost = await host.store.transact([
    runItem("unit", told.result),
    runLine("unit", told.flows),
    post(`unit#${unit.id}`, endMessage(told.flows)),
    flowOver(underWay),
  ]);
  if (!lost.length) await countEnd(ending, told.flows);
  return null;
}

function resultsOf(
  { host }: EndingFlow,
  known: RunResult,
  flows: readonly ActionRecord[],
): FlowsOfRun {
  const ended = new Map(flows.map((record) => [record.id, record]));
  const actions = known.actions.map((action) => {
    const record = ended.get(action.id);
    return record ? resultOf(record, action) : action;
  });
  const own = [...ended.values()].map((record) =>
    resultOf(
      record,
      known.actions.find(({ id }) => id === record.id),
    ),
  );
  const at = flows.reduce((last, record) => (record.at > last ? record.at : last), known.at);
  const calls = { ...host.clients.calls };
  const { numbers: _, ...rest } = known;
  const ends = { ...rest, at, actions: own, outcome: outcomeOf(own), found: own.length };
  const before = numbersIn(known);
  const was = numbersOf(own.map((action) => ({ ...action, outcome: "begun", held: null })));
  const numbers = before.begun ? withEnds(before, was, numbersOf(own)) : before;
  return {
    result: { ...known, actions, numbers, outcome: outcomeOf(actions), flowsEnded: true },
    flows: { ...ends, plan: null, calls, flowsEnded: true },
  };
}

function resultOf(record: ActionRecord, before: ActionResult | undefined): ActionResult {
  const { id, target, because, call, outcome, verified, held, error, savesPerMonth } = record;
  return {
    id,
    target,
    because,
    call,
    outcome: outcome === "intended" ? "failed" : outcome,
    verified,
    held,
    error,
    undo: before?.undo ?? shownCalls(record.undo ?? []),
    savesPerMonth,
    ...(record.unpriced && { unpriced: true }),
  };
}

function severityOf({ outcome }: RunResult): Severity {
  if (outcome === "failed") return "critical";
  return outcome === "held" ? "warning" : "info";
}

function endMessage(run: RunResult): RunTold {
  const { failed, applied, already, held } = numbersIn(run);
  const parts = [
    [failed, "failed"],
    [applied + already, "changed"],
    [held, "held"],
  ] as const;
  const counts = parts.flatMap(([count, words]) => (count ? [`${count} ${words}`] : []));
  return {
    id: `${run.id}.flows.${digest(newsOf(run.actions)).slice(0, 8)}`,
    at: run.at,
    account: run.account,
    region: run.region,
    unit: run.automation,
    kind: "run",
    severity: severityOf(run),
    title: `${run.automation} in ${run.region}: what was begun has ended: ${counts.join(", ")}`,
    run: shortened(run),
  };
}

/** That it began was no success yet, and no failure. */
async function countEnd(ending: EndingFlow, { id, outcome, actions }: RunResult): Promise<void> {
  const { begun } = ending.underWay;
  const counted = { ...ending, run: id, start: begun.start };
  if (actions.some(hadEffect)) await countSuccess(counted);
  else if (outcome === "failed") await countFailed(counted, "every flow that it began failed");
}
