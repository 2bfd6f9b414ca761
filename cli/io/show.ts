/**
 * Plans and runs as a person reads them at three in the morning: what happened, to what, why, and
 * what to do now.
 */

import { holdFor } from "../../engine/run/taking-back.ts";
import { isUndo, undoneId } from "../../ledger/ids.ts";
import { keptFor } from "../../ledger/kept.ts";
import { allOf, numbersIn } from "../../ledger/numbers.ts";
import type { PlanFate } from "../../ledger/plan-fate.ts";
import {
  type ActionOutcome,
  type ActionResult,
  differencesText,
  type PlanResult,
  type Proposed,
  type UnjudgedTargets,
} from "../../ledger/result.ts";
import { undoWindow } from "../../ledger/undo-window.ts";
import type { TakenBack } from "../../ledger/undone.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { asPage } from "../../messages/render/page.ts";
import { asText } from "../../messages/render/text.ts";
import { same } from "../../sdk/codec.ts";
import { count } from "../../sdk/counted.ts";
import type { Message } from "../../sdk/message.ts";
import { dollars } from "../../sdk/money.ts";
import { plain } from "../../sdk/plain.ts";
import { savingOf, savingText } from "../../sdk/saving.ts";
import { inWords } from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";
import type { Io } from "./io.ts";
import type { Ran } from "./json.ts";
import { decideCommands, fateText } from "./plan-text.ts";
import type { Repeat } from "./repeat.ts";
import { undoCommandText, undoText } from "./undo-text.ts";
import { backText, callText, changeLine, command, namedText, quoted, utcText } from "./words.ts";

const colours = {
  applied: "green",
  already: "green",
  begun: "green",
  waiting: "yellow",
  held: "yellow",
  failed: "red",
} as const;
const heads = {
  applied: "CHANGED",
  already: "WAS SO",
  begun: "BEGUN",
  waiting: "WAITING",
  held: "HELD",
  failed: "FAILED",
} as const;
const order = ["failed", "applied", "begun", "already", "waiting", "held"] as const;

const indented = (lines: readonly (string | undefined | null | false)[]): string[] =>
  lines.flatMap((line) => (line ? [`    ${plain(line)}`] : []));
function saves({ savesPerMonth, unpriced }: Pick<Proposed, "savesPerMonth" | "unpriced">): string {
  if (unpriced) return " · price unknown";
  return savesPerMonth ? ` · ${savesText(savesPerMonth)}` : "";
}
const takenBack: ReadonlySet<ActionOutcome> = new Set(["applied", "already"]);
/** An undo that came to nothing, or stops what has not ended, costs nothing. */
const savesOf = (action: ActionResult): string =>
  isUndo(action.id) && !takenBack.has(action.outcome) ? "" : saves(action);

/** What is taken back costs again what it had saved. */
const savesText = (perMonth: number): string =>
  perMonth > 0 ? `saves ${dollars(perMonth)} a month` : `costs ${dollars(-perMonth)} a month again`;

/** Only where it was done: whether it could be seen. */
function seenText({ outcome, verified }: ActionResult): string {
  if (outcome !== "applied" && outcome !== "already") return "";
  return verified ? " (verified)" : " (not seen yet)";
}

/** What one action says of the way back: how, or that somebody has gone it. */
function wayBackLine(
  action: ActionResult,
  { repeat, verbose, since }: Showing,
): string | undefined {
  const { outcome, undo, id } = action;
  if (outcome === "waiting") return `back: ${backText(undo, verbose === true)}`;
  if (outcome === "begun" && !isUndo(id))
    return `to stop it and take back what it wrote: ${command} undo ${quoted(id)}${repeat.undo}`;
  if (outcome !== "applied") return undefined;
  if ("irreversible" in undo) return backText(undo, verbose === true);
  return undoText(id, since?.undone ?? new Map(), repeat);
}

const decidedHeads: Readonly<Record<PlanFate["state"], string>> = {
  waiting: heads.waiting,
  expired: "EXPIRED",
  denied: "DENIED",
  approved: "APPROVED",
  "carried-out": "APPROVED",
};

function headOf({ outcome, id }: ActionResult, fate: PlanFate | undefined): string {
  if (outcome === "waiting") return decidedHeads[fate?.state ?? "waiting"];
  return outcome === "applied" && isUndo(id) ? "RESTORED" : heads[outcome];
}

/** Why a person is asked, while they still are. */
function waitsText({ outcome }: ActionResult, run: Ran, fate: PlanFate | undefined) {
  if (outcome !== "waiting" || (fate && fate.state !== "waiting")) return undefined;
  return `waits for a person: ${run.plan?.why ?? "the mode or a cap asks for one"}`;
}

/** Nothing of an undo whose calls are not known: what it would take back is no call of its own. */
function callLine(action: ActionResult, verbose = false): string | undefined {
  const { id, call, undo } = action;
  if (isUndo(id) && same(call, undo)) return undefined;
  return verbose ? callText(call) : changeLine(action);
}

/** @param run that it belongs to, which has stored what waits */
export function actionLines(action: ActionResult, run: Ran, showing: Showing): string[] {
  const { io, verbose, since } = showing;
  const { outcome, because, held, error, differs = [] } = action;
  const painted = io.paint(colours[outcome], headOf(action, since?.fate).padEnd(8));
  return [
    `${painted} ${io.paint("bold", plain(namedText(action)))}${seenText(action)}`,
    ...indented([
      `because ${because}${savesOf(action)}`,
      callLine(action, verbose),
      waitsText(action, run, since?.fate),
      held && `held by ${held.by}: ${held.why}`,
      error && `error: ${error}`,
      differs.length > 0 && `came back otherwise: ${differencesText(differs)}`,
      wayBackLine(action, showing),
    ]),
  ];
}

/** Which run a message is of. */
type MessageOf = Pick<Ran, "automation" | "account" | "region"> & { readonly at: Date };

const asTold = (message: Message, { at, account, region, automation }: MessageOf): Outgoing => ({
  ...message,
  ...{ id: "", at, account, region, unit: automation, kind: "report" },
});

/** What a report or signal tells. */
export const messageText = (message: Message, run: MessageOf, timeZone: string): string =>
  asText(asTold(message, run), { timeZone, command });

/** The same as a page. */
export const messagePage = (message: Message, run: MessageOf, timeZone: string): string =>
  asPage(asTold(message, run), { timeZone, command });

const outcomeWords = { ...heads, applied: "changed", already: "so already" } as const;

function totals(run: Ran): string {
  const { found, calls } = run;
  const numbers = numbersIn(run);
  const counted = { ...numbers, held: numbers.held + numbers.watched };
  const parts = [`${found} found`];
  for (const outcome of order)
    if (counted[outcome]) parts.push(`${counted[outcome]} ${outcomeWords[outcome].toLowerCase()}`);
  const { saves: known, unpriced = 0 } = numbers;
  const saving = known < 0 ? savesText(known) : savingText({ known, unpriced });
  if (saving !== undefined) parts.push(saving);
  if (calls.reads + calls.writes)
    parts.push(`${count(calls.reads, "read")}, ${count(calls.writes, "write")}`);
  return parts.join(" · ");
}

const outcomeColours: Readonly<Record<Ran["outcome"], "red" | "yellow" | "green">> = {
  failed: "red",
  held: "yellow",
  waiting: "yellow",
  done: "green",
  begun: "green",
  nothing: "green",
};

function headLines(run: Ran, { io, modeless }: Showing): string[] {
  const mode = run.message || modeless ? "" : `, mode ${run.mode}`;
  const outcome = io.paint(outcomeColours[run.outcome], run.outcome);
  const id = run.id === null ? "" : `   ${plain(run.id)}`;
  return [
    `${io.paint("bold", plain(run.automation))} in ${plain(run.region)}${mode}: ${outcome}${id}`,
    `    ${totals(run)}`,
    ...indented([run.error && `error: ${run.error}`]),
  ];
}

/** Those of a run that could still be taken back, or, of an undo, be done again. */
function stillUndoable(run: Ran, since: Since | undefined): number {
  const gone = run.actions.filter(({ id, outcome }) => {
    const state = outcome === "applied" ? since?.undone.get(undoneId(id))?.state : undefined;
    return state === "redone" || (state === "undone" && !isUndo(id));
  });
  return numbersIn(run).undoable - gone.length;
}

/** What becomes of an undo, and how all of a run is taken back: a paragraph each. */
function undoParagraphs(run: Ran, { repeat, since }: Showing): string[] {
  const { id } = run;
  const undoable = stillUndoable(run, since);
  if (id === null || !undoable) return [];
  const undone = isUndo(id);
  const paragraphs: string[] = [];
  if (undone && numbersIn(run).begun)
    paragraphs.push(
      `What was begun stops at what it asks or writes next, and takes back what it wrote: that is told. It is not begun again for ${inWords(holdFor)}, or ${inWords(keptFor)} where its owner still had time to keep it, or until the undo is taken back.`,
    );
  else if (undone)
    paragraphs.push(
      `What was restored is left alone for ${inWords(holdFor)}, or until the undo is taken back.`,
    );
  if (undoable > 1) {
    const which = undoable === numbersIn(run).undoable ? "all" : "the other";
    const why = undone ? "To let all of it be done again" : `To take back ${which} ${undoable}`;
    paragraphs.push(`${why}: ${undoCommandText(id, repeat)}`);
  }
  if (!undone)
    paragraphs.push(
      `It can be taken back ${undoWindow.short}: the ledger keeps what that needs for ever.`,
    );
  return paragraphs;
}

/** By when what was begun has ended, as long as some of it has not. */
function flowParagraphs({ flowsEndBy, ...run }: Ran): string[] {
  const { begun } = numbersIn(run);
  if (!flowsEndBy || !begun) return [];
  const what = begun === 1 ? "What was begun ends" : `The ${begun} that were begun end`;
  return [`${what} by ${utcText(flowsEndBy)} at the latest, and that is told.`];
}

function decisionLines(run: Ran, { repeat, since }: Showing): string[] {
  const { plan, automation } = run;
  if (!plan) return [];
  if (since?.fate && since.fate.state !== "waiting") {
    const stored = { ...plan, unit: automation, why: plan.why ?? "a person is asked" };
    return [plain(fateText(stored, since.fate, repeat))];
  }
  const all = numbersIn(run).waiting;
  const waiting = plan.part?.changes ?? all;
  const what = waiting === 1 ? "it" : `${waiting === all ? "all" : "the first"} ${waiting}`;
  return [
    `To decide on ${what}, until ${utcText(plan.expires)}:`,
    ...decideCommands(plan.id, repeat),
    ...(waiting < all ? [`    ${command} plans lists the other parts`] : []),
  ];
}

/** What has become of a run since: as `history` knows it. */
export interface Since {
  /** By the id of the action that was taken back. */
  readonly undone: ReadonlyMap<string, TakenBack>;
  /** Of the plan that it stored, if any. */
  readonly fate: PlanFate | undefined;
}

/** Where and for whom something is shown. */
export interface Showing {
  readonly io: Io;
  /** Options that the printed commands must repeat. */
  readonly repeat: Repeat;
  /** IANA name. */
  readonly timeZone: string;
  /** With the inputs of all calls, as they are sent. */
  readonly verbose?: boolean | undefined;
  /** Of a report or signal, which changes nothing and so has no mode. */
  readonly modeless?: boolean;
  readonly since?: Since;
}

const paragraphsOf = (parts: readonly (readonly string[])[]): string =>
  parts.flatMap((lines) => (lines.length ? [lines.join("\n")] : [])).join("\n\n");

/** A record names those that matter most. */
function notListed(run: Ran): string[] {
  const rest = allOf(numbersIn(run)) - run.actions.length;
  return rest > 0
    ? [`… and ${rest} more, which the record of the run counts and does not list.`]
    : [];
}

/** What nobody can say anything of is shown too, each with the reason. */
function unjudgedLines(unjudged: UnjudgedTargets | undefined, io: Io): string[][] {
  if (!unjudged) return [];
  const head = io.paint("yellow", "UNJUDGED");
  const named = unjudged.targets.map(({ target, within, why }) => {
    const where = within === null ? "" : ` in ${plain(within)}`;
    return [`${head} ${io.paint("bold", plain(target))}${where}`, ...indented([why])];
  });
  const more = unjudged.count - unjudged.targets.length;
  return more > 0 ? [...named, [`${head} and ${more} more`]] : named;
}

/** @param now of a run that had nothing to look at, and so has no time of its own */
export function runText(run: Ran, showing: Showing, now = new Date()): string {
  const { io, timeZone } = showing;
  const actions = order.flatMap((outcome) =>
    run.actions.filter((action) => action.outcome === outcome),
  );
  const message = run.message && messageText(run.message, { ...run, at: run.at ?? now }, timeZone);
  return paragraphsOf([
    headLines(run, showing),
    ...actions.map((action) => actionLines(action, run, showing)),
    notListed(run),
    ...unjudgedLines(run.unjudged, io),
    ...[...flowParagraphs(run), ...undoParagraphs(run, showing)].map((paragraph) => [paragraph]),
    decisionLines(run, showing),
    message === undefined ? [] : [message],
  ]);
}

const would: Readonly<Record<Mode, string>> = {
  watch: "In mode watch a run changes nothing and says so.",
  ask: "In mode ask a run stores this plan and waits for an approval.",
  act: "In mode act a run carries out what is not held.",
  retired: "In mode retired nothing is changed any more; what was done can be taken back.",
};

function proposalLines(proposal: Proposed, { io, verbose = false }: PlanShowing): string[] {
  const { held, because, call, undo } = proposal;
  const head = held ? io.paint("yellow", "HELD     ") : io.paint("cyan", "WOULD    ");
  return [
    `${head}${io.paint("bold", plain(namedText(proposal)))}`,
    ...indented([
      `because ${because}${saves(proposal)}`,
      verbose ? callText(call) : changeLine(proposal),
      `back: ${backText(undo, verbose)}`,
      held && `held by ${held.by}: ${held.why}`,
    ]),
  ];
}

function planTotals({ found, proposals }: PlanResult): string {
  const held = proposals.filter((proposal) => proposal.held).length;
  const saving = savingText(savingOf(proposals.filter((proposal) => !proposal.held)));
  const proposed = count(proposals.length, "proposal");
  const parts = [`${found} found`, held ? `${proposed}, ${held} of them held` : proposed];
  if (saving !== undefined) parts.push(saving);
  return parts.join(" · ");
}

/** Where and how a plan is shown. */
export interface PlanShowing {
  readonly io: Io;
  readonly mode: Mode;
  /** What a report or signal would tell, `null` for nothing; else `undefined`. */
  readonly message?: string | null | undefined;
  /** With the inputs of all calls, as they are sent. */
  readonly verbose?: boolean | undefined;
  /** It was stored, and says what was to be done then. */
  readonly stored?: boolean;
}

export function planText(plan: PlanResult, showing: PlanShowing): string {
  const { io, mode, message, stored } = showing;
  const wouldTell = `${plan.found} found · it would tell ${message === null ? "nothing" : "this"}`;
  const unit = io.paint("bold", plain(plan.automation));
  const closing = plan.proposals.length && !stored ? [`Nothing was changed. ${would[mode]}`] : [];
  return paragraphsOf([
    [
      `${unit} in ${plain(plan.region)}, as of ${utcText(plan.at)}`,
      `    ${message === undefined ? planTotals(plan) : wouldTell}`,
    ],
    ...plan.proposals.map((proposal) => proposalLines(proposal, showing)),
    ...unjudgedLines(plan.unjudged, io),
    message ? [message] : [],
    closing,
  ]);
}
