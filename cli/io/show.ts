/**
 * Plans and runs as a person reads them at three in the morning: what happened, to what, why, and
 * what to do now.
 */

import { holdFor } from "../../engine/run/taking-back.ts";
import { isUndo } from "../../ledger/ids.ts";
import type { ActionResult, PlanResult, Proposed, UnjudgedTargets } from "../../ledger/result.ts";
import { undoWindow } from "../../ledger/undo-window.ts";
import { asText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import type { Message } from "../../sdk/message.ts";
import { dollars } from "../../sdk/money.ts";
import { plain } from "../../sdk/plain.ts";
import { inWords } from "../../sdk/time.ts";
import type { Mode } from "../../settings/mode.ts";
import type { Io } from "./io.ts";
import type { Ran } from "./json.ts";
import type { Repeat } from "./repeat.ts";
import { backText, callText, command, quoted, utcText } from "./words.ts";

const colours = {
  applied: "green",
  already: "green",
  waiting: "yellow",
  held: "yellow",
  failed: "red",
} as const;
const heads = {
  applied: "CHANGED",
  already: "WAS SO",
  waiting: "WAITING",
  held: "HELD",
  failed: "FAILED",
} as const;
const order = ["failed", "applied", "already", "waiting", "held"] as const;

const saved = (things: readonly { readonly savesPerMonth: number | null }[]): number =>
  things.reduce((sum, { savesPerMonth }) => sum + (savesPerMonth ?? 0), 0);
const indented = (lines: readonly (string | undefined | null | false)[]): string[] =>
  lines.flatMap((line) => (line ? [`    ${plain(line)}`] : []));
const saves = ({ savesPerMonth }: Pick<Proposed, "savesPerMonth">): string =>
  savesPerMonth ? ` · saves ${dollars(savesPerMonth)} a month` : "";

/** Only where it was done: whether it could be seen. */
function seenText({ outcome, verified }: ActionResult): string {
  if (outcome !== "applied" && outcome !== "already") return "";
  return verified ? " (verified)" : " (not seen yet)";
}

/** How one action is taken back, where it was done. */
function undoLine({ outcome, undo, id }: ActionResult, repeat: Repeat): string | undefined {
  if (outcome === "waiting") return backText(undo);
  if (outcome !== "applied") return undefined;
  if ("irreversible" in undo) return backText(undo);
  const why = isUndo(id) ? "to let it be done again" : "to take it back";
  return `${why}: ${command} undo ${quoted(id)}${repeat.undo}`;
}

function actionLines(action: ActionResult, { io, repeat }: Showing): string[] {
  const { outcome, target, because, call, held, error, id } = action;
  const head = outcome === "applied" && isUndo(id) ? "RESTORED" : heads[outcome];
  const painted = io.paint(colours[outcome], head.padEnd(8));
  return [
    `${painted} ${io.paint("bold", plain(target))}${seenText(action)}`,
    ...indented([
      `because ${because}${saves(action)}`,
      callText(call),
      held && `held by ${held.by}: ${held.why}`,
      error && `error: ${error}`,
      undoLine(action, repeat),
    ]),
  ];
}

/** What a report or signal tells. */
export const messageText = (
  message: Message,
  run: Pick<Ran, "automation" | "account" | "region"> & { readonly at: Date },
  timeZone: string,
): string =>
  asText(
    {
      ...message,
      id: "",
      at: run.at,
      account: run.account,
      region: run.region,
      unit: run.automation,
      kind: "report",
    },
    { timeZone, command },
  );

const outcomeWords = { ...heads, applied: "changed", already: "so already" } as const;

function totals({ found, actions, calls }: Ran): string {
  const parts = [`${found} found`];
  for (const outcome of order) {
    const number = actions.filter((action) => action.outcome === outcome).length;
    if (number) parts.push(`${number} ${outcomeWords[outcome].toLowerCase()}`);
  }
  const sum = saved(actions.filter(({ outcome }) => isDone(outcome)));
  if (sum) parts.push(`saves ${dollars(sum)} a month`);
  if (calls.reads + calls.writes)
    parts.push(`${count(calls.reads, "read")}, ${count(calls.writes, "write")}`);
  return parts.join(" · ");
}

const isDone = (outcome: ActionResult["outcome"]): boolean =>
  outcome === "applied" || outcome === "already";

const outcomeColours: Readonly<Record<Ran["outcome"], "red" | "yellow" | "green">> = {
  failed: "red",
  held: "yellow",
  waiting: "yellow",
  done: "green",
  nothing: "green",
};

function headLines(run: Ran, io: Io): string[] {
  const mode = run.message ? "" : `, mode ${run.mode}`;
  const outcome = io.paint(outcomeColours[run.outcome], run.outcome);
  const id = run.id === null ? "" : `   ${plain(run.id)}`;
  return [
    `${io.paint("bold", plain(run.automation))} in ${plain(run.region)}${mode}: ${outcome}${id}`,
    `    ${totals(run)}`,
    ...indented([run.error && `error: ${run.error}`]),
  ];
}

/** What becomes of an undo, and how all of a run is taken back: a paragraph each. */
function undoParagraphs({ id, actions }: Ran, repeat: Repeat): string[] {
  const undoable = actions.filter(
    ({ outcome, undo }) => outcome === "applied" && !("irreversible" in undo),
  ).length;
  if (id === null || !undoable) return [];
  const undone = isUndo(id);
  const paragraphs: string[] = [];
  if (undone)
    paragraphs.push(
      `What was restored is left alone for ${inWords(holdFor)}, or until the undo is taken back.`,
    );
  if (undoable > 1) {
    const why = undone ? "To let all of it be done again" : `To take back all ${undoable}`;
    paragraphs.push(`${why}: ${command} undo ${quoted(id)}${repeat.undo}`);
  }
  if (!undone)
    paragraphs.push(
      `It can be taken back ${undoWindow.short}: the ledger keeps what that needs for ever.`,
    );
  return paragraphs;
}

function decisionLines({ plan }: Ran, repeat: Repeat): string[] {
  if (!plan) return [];
  return [
    `To decide, until ${utcText(plan.expires)}:`,
    `    ${command} approve ${quoted(plan.id)}${repeat.decide}`,
    `    ${command} deny ${quoted(plan.id)}${repeat.decide}`,
  ];
}

/** Where and for whom something is shown. */
export interface Showing {
  readonly io: Io;
  /** Options that the printed commands must repeat. */
  readonly repeat: Repeat;
  /** IANA name. */
  readonly timeZone: string;
}

const paragraphsOf = (parts: readonly (readonly string[])[]): string =>
  parts.flatMap((lines) => (lines.length ? [lines.join("\n")] : [])).join("\n\n");

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
  const { io, repeat, timeZone } = showing;
  const actions = order.flatMap((outcome) =>
    run.actions.filter((action) => action.outcome === outcome),
  );
  const message = run.message && messageText(run.message, { ...run, at: run.at ?? now }, timeZone);
  return paragraphsOf([
    headLines(run, io),
    ...actions.map((action) => actionLines(action, showing)),
    ...unjudgedLines(run.unjudged, io),
    ...undoParagraphs(run, repeat).map((paragraph) => [paragraph]),
    decisionLines(run, repeat),
    message === undefined ? [] : [message],
  ]);
}

const would: Readonly<Record<Mode, string>> = {
  watch: "In mode watch a run changes nothing and says so.",
  ask: "In mode ask a run stores this plan and waits for an approval.",
  act: "In mode act a run carries out what is not held.",
  retired: "In mode retired nothing is changed any more; what was done can be taken back.",
};

function proposalLines(proposal: Proposed, io: Io): string[] {
  const { held, target, because, call, undo } = proposal;
  const head = held ? io.paint("yellow", "HELD     ") : io.paint("cyan", "WOULD    ");
  return [
    `${head}${io.paint("bold", plain(target))}`,
    ...indented([
      `because ${because}${saves(proposal)}`,
      callText(call),
      `back: ${backText(undo)}`,
      held && `held by ${held.by}: ${held.why}`,
    ]),
  ];
}

function planTotals({ found, proposals }: PlanResult): string {
  const held = proposals.filter((proposal) => proposal.held).length;
  const sum = saved(proposals.filter((proposal) => !proposal.held));
  const proposed = count(proposals.length, "proposal");
  const parts = [`${found} found`, held ? `${proposed}, ${held} of them held` : proposed];
  if (sum) parts.push(`saves ${dollars(sum)} a month`);
  return parts.join(" · ");
}

/** @param message what a report or signal would tell, `null` for nothing; else `undefined` */
export function planText(
  plan: PlanResult,
  io: Io,
  mode: Mode,
  message: string | null | undefined,
): string {
  const wouldTell = `${plan.found} found · it would tell ${message === null ? "nothing" : "this"}`;
  const unit = io.paint("bold", plain(plan.automation));
  return paragraphsOf([
    [
      `${unit} in ${plain(plan.region)}, as of ${utcText(plan.at)}`,
      `    ${message === undefined ? planTotals(plan) : wouldTell}`,
    ],
    ...plan.proposals.map((proposal) => proposalLines(proposal, io)),
    ...unjudgedLines(plan.unjudged, io),
    message ? [message] : [],
    plan.proposals.length ? [`Nothing was changed. ${would[mode]}`] : [],
  ]);
}
