/** A run, an undo, an action or a plan, by its id: all of it, and what became of it since. */
import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { type DecisionRefusal, refusalsOf } from "../../ledger/decisions.ts";
import { isUndo, runOf, undoneId, unitOf } from "../../ledger/ids.ts";
import { fateOf, type PlanFate } from "../../ledger/plan-fate.ts";
import { planById, type StoredPlan } from "../../ledger/plans.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runById } from "../../ledger/runs.ts";
import { type TakenBack, undoneAmong } from "../../ledger/undone.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import { exit } from "../io/exit.ts";
import { backJson, callJson, json, runJson } from "../io/json.ts";
import { fateJson, fateText } from "../io/plan-text.ts";
import { repeatOf } from "../io/repeat.ts";
import { actionLines, planText, runText } from "../io/show.ts";
import { command, utcText } from "../io/words.ts";
import { type HistoryAsked, writers } from "./asking.ts";
import { flowJson, flowLines, flowShown, stoppedLines } from "./flow-lines.ts";
import { actionJson, actionText } from "./target.ts";

const indentedLine = (text: string): string => `    ${plain(text)}`;

export async function historyOfId(id: string, asking: HistoryAsked): Promise<number> {
  const { store, options, io } = asking;
  const unit = unitOf(id);
  for (const writer of writers) {
    const run = await runById(store, writer, unit, id);
    if (run) return ofRun(run, asking);
  }
  const plan = await planById(store, id);
  if (plan) return ofPlan(plan, asking);
  for (const writer of writers) {
    const actions = await actionsOf(store, writer, unit, runOf(id));
    const action = actions.find((record) => record.id === id);
    if (!action) continue;
    const flow = await flowShown(store, action);
    const told = { ...actionJson(action), ...(flow && { flow: flowJson(flow) }) };
    const undone = await undoneSince([action], unit, asking);
    const text = [
      actionText(action, asking, undone),
      ...(flow ? flowLines(action, flow, repeatOf(options)) : []).map(indentedLine),
    ];
    io.print(options.json ? json({ action: { target: action.target, ...told } }) : text.join("\n"));
    return exit.done;
  }
  return ofUnsent(id, asking);
}

/** What was taken back of these, or of what these took back. */
const undoneSince = (
  actions: readonly Pick<ActionResult | ActionRecord, "id" | "outcome">[],
  unit: string,
  { store }: HistoryAsked,
): Promise<ReadonlyMap<string, TakenBack>> =>
  undoneAmong(
    store,
    unit,
    actions.flatMap(({ id, outcome }) =>
      outcome === "applied" ? [{ id: undoneId(id), outcome } as const] : [],
    ),
  );

async function planOfRun(run: RunResult, { store }: HistoryAsked): Promise<PlanFate | undefined> {
  const stored = run.plan && (await planById(store, run.plan.id));
  return stored ? fateOf(store, stored, systemClock.now()) : undefined;
}

const showingFor = ({ options, settings, io }: HistoryAsked) => ({
  io,
  repeat: repeatOf(options),
  timeZone: settings.timeZone,
  verbose: options.verbose,
});

async function ofRun(run: RunResult, asking: HistoryAsked): Promise<number> {
  const { options, io } = asking;
  const undone = await undoneSince(run.actions, unitOf(run.id), asking);
  const fate = await planOfRun(run, asking);
  if (options.json) {
    const taken = [...undone.values()].map(({ at, by, ...rest }) => ({
      ...rest,
      by: by ?? null,
      at: at?.toISOString() ?? null,
    }));
    io.print(json({ run: runJson(run), undone: taken, ...(fate && { decision: fateJson(fate) }) }));
    return exit.done;
  }
  const showing = showingFor(asking);
  const stopped = await stoppedLines(asking.store, unitOf(run.id), run.actions);
  const text = runText(run, { ...showing, since: { undone, fate } }, run.at);
  io.print([text, ...stopped.map(plain)].join("\n\n"));
  return exit.done;
}

/** What was held or waits was never sent: only its run tells of it. */
async function ofUnsent(id: string, asking: HistoryAsked): Promise<number> {
  const { store, options, io } = asking;
  const run = await runById(store, isUndo(id) ? "undo" : "unit", unitOf(id), runOf(id));
  const action = run?.actions.find((result) => result.id === id);
  if (!run || !action)
    throw new NotPossible(
      `there is no run, action or plan ${id}; \`${command} history\` lists the last runs`,
    );
  if (options.json) {
    const { call, undo, ...rest } = action;
    io.print(json({ action: { ...rest, call: callJson(call), undo: backJson(undo) } }));
    return exit.done;
  }
  const fate = await planOfRun(run, asking);
  const showing = showingFor(asking);
  const lines = actionLines(action, run, { ...showing, since: { undone: new Map(), fate } });
  io.print([...lines, `    ${command} history ${run.id} shows all of its run`].join("\n"));
  return exit.done;
}

async function ofPlan(stored: StoredPlan, asking: HistoryAsked): Promise<number> {
  const { store, options, io } = asking;
  const refusals = await refusalsOf(store, stored.id);
  const fate = await fateOf(store, stored, systemClock.now());
  if (options.json) {
    io.print(json({ plan: storedPlanJson(stored, fate, refusals) }));
    return exit.done;
  }
  const { unit: automation, proposals, ...plan } = stored;
  const text = planText(
    { ...plan, automation, found: proposals.length, proposals },
    { io, mode: "ask", stored: true, verbose: options.verbose },
  );
  const told = [
    fateText(stored, fate, repeatOf(options)),
    ...(plan.requester === null ? [] : [`Asked for by ${plan.requester}.`]),
    ...refusals.map(({ verdict, at, why }) => `Refused to ${verdict} it, ${utcText(at)}: ${why}`),
  ].flatMap((paragraph) => paragraph.split("\n").map(plain));
  io.print(`${text}\n\n${told.join("\n")}`);
  return exit.done;
}

function decisionJson(fate: PlanFate): object | null {
  if (!("decision" in fate)) return null;
  const { verdict, by, at } = fate.decision;
  return { verdict, by, at: at.toISOString() };
}

function storedPlanJson(
  stored: StoredPlan,
  fate: PlanFate,
  refusals: readonly DecisionRefusal[],
): object {
  const { id, run, unit, account, region, hash, at, expires, why, requester, proposals } = stored;
  return {
    id,
    run,
    automation: unit,
    account,
    region,
    hash,
    at: at.toISOString(),
    expires: expires.toISOString(),
    why,
    requester,
    decision: decisionJson(fate),
    became: fateJson(fate),
    refused: refusals.map((refusal) => ({
      verdict: refusal.verdict,
      by: refusal.by,
      at: refusal.at.toISOString(),
      why: refusal.why,
    })),
    proposals: proposals.map(({ target, because, call, undo, savesPerMonth, unpriced }) => ({
      target,
      because,
      call: callJson(call),
      undo: backJson(undo),
      savesPerMonth,
      ...(unpriced && { unpriced }),
    })),
  };
}
