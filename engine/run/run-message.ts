/** What is told of a run. */

import { decisionOn } from "../../ledger/decisions.ts";
import { type ActionNumbers, numbersIn } from "../../ledger/numbers.ts";
import type { StoredPlan } from "../../ledger/plans.ts";
import type { ActionResult, RunResult, UnjudgedTargets } from "../../ledger/result.ts";
import type { Outgoing, RunTold } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { withoutVariables } from "../../sdk/errors.ts";
import type { Message, Severity } from "../../sdk/message.ts";
import type { Mode } from "../../settings/mode.ts";
import type { Attempt, Runnable } from "./attempt.ts";
import { hadEffect } from "./outcome.ts";

/** What a run has found and done, before it is recorded. */
export interface RunFindings {
  readonly found: number;
  readonly mode: Mode;
  readonly plan: StoredPlan | null;
  /** Of a decision on one of several plans: the one that may be decided on next. */
  readonly next?: string | undefined;
  readonly actions: readonly ActionResult[];
  readonly notes: readonly string[];
  readonly unjudged?: UnjudgedTargets | undefined;
  /** What a report tells. */
  readonly message?: Message | undefined;
  /** Tags of what it is about that routes go by. */
  readonly tags?: Message["tags"] | undefined;
  /** By when the flows that it began have ended. */
  readonly flowsEndBy?: Date | undefined;
  /** What an undo cannot bring back (rule: what-cannot-come-back). */
  readonly lost?: readonly string[] | undefined;
}

/** What is new in a message about actions: what became of each, and why. */
export const newsOf = (actions: readonly ActionResult[]): unknown =>
  actions.map(({ id, outcome, held, error }) => [
    id,
    outcome,
    held?.by,
    error === null ? null : withoutVariables(error),
  ]);

/** Whose word a run carries out. */
export type Carried = Pick<RunTold, "carries">;

/** @param result as it is recorded, which may leave out some of the actions */
export function runMessage(
  { place, run }: Attempt<Runnable>,
  result: RunResult,
  findings: RunFindings,
  carried: Carried,
): Outgoing {
  const { notes, unjudged, message } = findings;
  const news = [
    newsOf(result.actions),
    notes.map(withoutVariables),
    message,
    ...(unjudged?.targets.map(({ target }) => target) ?? []),
  ];
  const head = {
    // The same content is the same message, whichever attempt says it.
    id: `${run}.${digest(news).slice(0, 8)}`,
    at: result.at,
    account: place.account,
    region: place.region,
    unit: place.unit,
  };
  if (message) return { ...message, ...head, kind: "report" };
  return { ...head, ...toldOfActions(result, findings), ...carried };
}

function toldOfActions(result: RunResult, findings: RunFindings) {
  const facts = factsOf(result, findings);
  const { tags } = findings;
  return {
    kind: "run" as const,
    severity: severityOf(result, findings),
    title: titleOf(result),
    ...(Object.keys(facts).length && { facts }),
    ...(tags && Object.keys(tags).length && { tags }),
    run: result,
  };
}

/** Somebody insists: that is no mistake any more. */
const oftenPutBack = 3;

function severityOf({ outcome, actions, unjudged }: RunResult, { notes }: RunFindings): Severity {
  if (outcome === "failed") return "critical";
  const again = actions.filter(hadEffect).map(({ putBack }) => putBack?.times ?? 0);
  const times = Math.max(0, ...again);
  if (times >= oftenPutBack) return "critical";
  const denied = actions.some(({ held }) => held?.by === "denied");
  if (outcome === "waiting" || times > 0 || denied || unjudged || notes.length) return "warning";
  return "info";
}

const changing: ReadonlySet<ActionResult["outcome"]> = new Set(["applied", "begun", "waiting"]);

function factsOf(
  { actions: told }: RunResult,
  { actions, notes, unjudged, next, lost = [], flowsEndBy }: RunFindings,
): Readonly<Record<string, string>> {
  const facts: Record<string, string> = {};
  if (flowsEndBy)
    facts["what was begun"] =
      `ends by ${flowsEndBy.toISOString().slice(0, 16).replace("T", " ")} UTC at the latest, and is told then`;
  const changes = told.some(({ outcome }) => changing.has(outcome));
  if (changes && lost.length) facts["an undo does not bring back"] = lost.join(" ");
  for (const [at, note] of notes.entries())
    facts[notes.length > 1 ? `note ${at + 1}` : "note"] = note;
  if (unjudged) facts["could not be judged"] = unjudgedText(unjudged);
  if (next !== undefined) facts["next part"] = `npx nightshift approve ${next}`;
  const omitted = actions.length - told.length;
  if (omitted > 0) facts["not listed"] = `${omitted} more`;
  return facts;
}

/** So many are named in a message. */
const mostUnjudged = 5;

function unjudgedText({ count, targets }: UnjudgedTargets): string {
  const named = targets.slice(0, mostUnjudged).map(({ target, within, why }) => {
    const where = within === null ? "" : ` in ${within}`;
    return `${target}${where}: ${why}`;
  });
  const more = count > named.length ? [`and ${count - named.length} more`] : [];
  return `${[...named, ...more].join("; ")}. They stay as they are until that can be known`;
}

function titleOf(result: RunResult): string {
  const { automation, region, mode, unjudged } = result;
  const watching = mode === "watch" ? " (watch)" : "";
  const counts = [inWords(numbersIn(result)), unjudged ? `${unjudged.count} not judged` : ""];
  const said = counts.filter(Boolean).join(", ");
  return `${automation} in ${region}${watching}: ${said || "something to know"}`;
}

/** `2 changed, 1 held`; nothing where there is nothing to count. */
function inWords({
  failed,
  applied,
  already,
  begun,
  waiting,
  watched,
  held,
}: ActionNumbers): string {
  const parts: readonly (readonly [number: number, words: string])[] = [
    [failed, "failed"],
    [applied + already, "changed"],
    [begun, "begun"],
    [waiting, "waiting for approval"],
    [watched, "it would change"],
    [held, "held"],
  ];
  return parts.flatMap(([count, words]) => (count ? [`${count} ${words}`] : [])).join(", ");
}

/** Whose word it carries out: what is told of it belongs to where they were asked. */
export async function carriedDecision({
  start: { plan },
  host: { store },
}: Attempt<Runnable>): Promise<Carried> {
  if (plan === undefined) return {};
  // The changes are made and must be recorded, whether or not this can be read again.
  const decision = await decisionOn(store, plan).catch(() => undefined);
  return { carries: { plan, ...(decision && { by: decision.by }) } };
}
