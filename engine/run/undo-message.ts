/** What is told of an undo. */

import { undoId, unitOf } from "../../ledger/ids.ts";
import { keptFor } from "../../ledger/kept.ts";
import { allOf, numbersIn, numbersOf } from "../../ledger/numbers.ts";
import { type ActionResult, differencesText, type RunResult } from "../../ledger/result.ts";
import type { OrderedUndo } from "../../ledger/undo-claims.ts";
import type { UndoTold } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { digest } from "../../sdk/codec.ts";
import { count } from "../../sdk/counted.ts";
import type { Severity } from "../../sdk/message.ts";
import { after, type Span } from "../../sdk/time.ts";
import type { PreparedUndo } from "./prepare-undo.ts";
import { newsOf } from "./run-message.ts";
import { holdFor } from "./taking-back.ts";

/** An undo that has been carried out. */
export interface UndoDone {
  /** With all of its actions. */
  readonly run: RunResult;
  /** As it is recorded, which may leave out some of them. */
  readonly stored: RunResult;
  readonly prepared: readonly PreparedUndo[];
  readonly order: { readonly by: string };
}

export function undoMessage(
  { id: unit, lost = [] }: AnyAutomation,
  { run, stored, prepared, order: { by } }: UndoDone,
): UndoTold {
  const { automation, region, actions } = run;
  const numbers = numbersIn(run);
  const done = numbers.applied + numbers.already;
  const stopping = numbers.begun;
  const facts: Record<string, string> = { by };
  if (stopping)
    facts["what was begun"] =
      `${count(stopping, "flow")} will stop at what is asked or written next, and take back what was written; that is told`;
  if (done + stopping > 0) facts["left alone until"] = leftAlone(run);
  if (done > 0 && lost.length) facts["not restored"] = lost.join("; ");
  const differing = differingText(actions);
  if (differing) facts["came back otherwise"] = differing;
  const compared = comparedText(prepared);
  if (compared) facts["compared with CloudTrail"] = compared;
  if (run.confirm) facts["to confirm"] = toConfirm(run);
  return {
    id: `${run.id}.${digest(newsOf(actions)).slice(0, 8)}`,
    at: run.at,
    account: run.account,
    region,
    unit,
    kind: "undo",
    severity: severityOf(run),
    title: `${automation} in ${region}: ${done} of ${count(allOf(numbers), "change")} taken back`,
    by,
    facts,
    run: stored,
  };
}

/** What is told where an undo that was begun cannot go on. */
export function stoppedUndoMessage(
  { id, by, at: ordered }: OrderedUndo,
  { account, region, mode, at, why }: StoppedUndo,
): UndoTold {
  const unit = unitOf(id);
  const actions: readonly ActionResult[] = [];
  const run: RunResult = {
    id: undoId(id),
    automation: unit,
    account,
    region,
    mode,
    at,
    outcome: "failed",
    found: 0,
    plan: null,
    actions,
    numbers: numbersOf(actions),
    calls: { reads: 0, writes: 0 },
    error: why,
  };
  return {
    id: `${run.id}.${digest([ordered, why]).slice(0, 8)}`,
    at,
    account,
    region,
    unit,
    kind: "undo",
    severity: "critical",
    title: `${unit}: the undo of ${id} was begun and cannot go on`,
    by,
    facts: {
      by,
      ordered: ordered.toISOString(),
      why,
      "what now": `what it took back by then stays so: see \`npx nightshift history ${id}\`; once the reason is gone, undo ${id} again, and it goes on there`,
    },
    run,
  };
}

/** Where and why it stopped. */
export interface StoppedUndo extends Pick<RunResult, "account" | "region" | "mode" | "at"> {
  readonly why: string;
}

/** So many are named; all stand in the undo's record. */
const mostNamed = 10;

/** `vol-1: id vol-1 is vol-2, iops 4000 is 3000`. */
function differingText(actions: readonly ActionResult[]): string {
  const differing = actions.filter(({ differs = [] }) => differs.length);
  const named = differing.slice(0, mostNamed).map(differenceText);
  const more = differing.length - named.length;
  return [...named, ...(more ? [`and ${more} more`] : [])].join("; ");
}

const differenceText = ({ target, differs = [] }: ActionResult): string =>
  `${target}: ${differencesText(differs)}`;

/** `2 confirmed, 1 that it cannot say, 1 refused`. */
function comparedText(prepared: readonly PreparedUndo[]): string {
  const open = prepared.filter(({ standing }) => standing.why !== "");
  const number = (is: PreparedUndo["standing"]["is"]) =>
    open.filter(({ standing }) => standing.is === is).length;
  const parts: readonly (readonly [count: number, words: string])[] = [
    [number("confirmed"), "confirmed"],
    [number("unknown"), "that it cannot say"],
    [number("refused"), "refused"],
  ];
  return parts.flatMap(([found, words]) => (found ? [`${found} ${words}`] : [])).join(", ");
}

const toConfirm = ({ id, confirm }: RunResult): string =>
  `if these calls were made as they stand here: npx nightshift undo ${id.replace(/\.undo$/, "")} --confirm ${confirm}`;

const dayAfter = (at: Date, span: Span): string => after(at, span).toISOString().slice(0, 10);

function leftAlone({ id, at, ...run }: RunResult): string {
  const longer = `, or ${dayAfter(at, keptFor)} where its owner still had time to keep it`;
  const day = `${dayAfter(at, holdFor)}${numbersIn(run).begun ? longer : ""}`;
  return `${day}; to lift that: npx nightshift undo ${id}`;
}

function severityOf({ outcome }: RunResult): Severity {
  if (outcome === "failed") return "critical";
  return outcome === "done" ? "info" : "warning";
}
