/** What became of a plan, in words, and what to do while it waits. */
import type { Decision } from "../../ledger/decisions.ts";
import type { PlanFate } from "../../ledger/plan-fate.ts";
import type { StoredPlan } from "../../ledger/plans.ts";
import type { ActionOutcome, RunResult } from "../../ledger/result.ts";
import type { Repeat } from "./repeat.ts";
import { command, quoted, utcText } from "./words.ts";

const verdictWords = { approve: "Approved", deny: "Denied" } as const;

/** `Approved by arn:… at 2026-11-21 02:00:05 UTC` */
export const decisionText = ({ verdict, by, at }: Decision): string =>
  `${verdictWords[verdict]} by ${by} at ${utcText(at)}`;

/** The commands that decide on it. */
export const decideCommands = (id: string, repeat: Repeat): readonly string[] => {
  const rest = `${quoted(id)}${repeat.decide}`;
  return [`    ${command} approve ${rest}`, `    ${command} deny ${rest}`];
};

/** `6 changed, 2 held`, for what a run has done. */
export function countsText({ actions }: Pick<RunResult, "actions">): string {
  const number = (...outcomes: ActionOutcome[]) =>
    actions.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const meanwhile = actions.filter(({ held }) => held?.by === "changed").length;
  const parts = [
    [number("failed"), "failed"],
    [number("applied", "already"), "changed"],
    [number("waiting"), "waiting"],
    [number("held") - meanwhile, "held"],
    [meanwhile, "no longer so, and left alone"],
  ] as const;
  const counted = parts.flatMap(([many, what]) => (many ? [`${many} ${what}`] : []));
  return counted.join(", ") || "nothing was left to do";
}

/** What came of a decision. */
export function carriedText(fate: Extract<PlanFate, { decision: Decision }>): string {
  if (fate.state === "denied") return "Nothing of it was done.";
  if (fate.state === "carried-out") {
    const { run } = fate;
    return `${run.error ? `It failed: ${run.error}` : `Carried out: ${countsText(run)}`}. ${command} history ${quoted(run.id)} shows all of it.`;
  }
  if (fate.begun !== null) return `The run ${fate.begun} has begun it and has no record yet.`;
  return "No run has carried it out yet; approve it once more to hand it over again.";
}

/** All that is known of it, in sentences. */
export function fateText(
  plan: Pick<StoredPlan, "id" | "unit" | "expires" | "why">,
  fate: PlanFate,
  repeat: Repeat,
): string {
  const { id, unit, expires, why } = plan;
  if (fate.state === "waiting")
    return [
      `It waits for a decision until ${utcText(expires)}, because ${why}:`,
      ...decideCommands(id, repeat),
    ].join("\n");
  if (fate.state === "expired")
    return `It expired at ${utcText(expires)}: nobody decided on it, and nothing of it was done. \`${command} run ${unit}\` asks anew.`;
  return `${decisionText(fate.decision)}. ${carriedText(fate)}`;
}

/** Who decided, when, and the run that carried it out. */
export function fateJson(fate: PlanFate): object {
  const { state } = fate;
  if (!("decision" in fate)) return { state, by: null, at: null, run: null, outcome: null };
  const { by, at } = fate.decision;
  const run = fate.state === "carried-out" ? fate.run : undefined;
  return {
    state,
    by,
    at: at.toISOString(),
    run: run?.id ?? null,
    outcome: run?.outcome ?? null,
  };
}
