/**
 * Plans and runs as a person reads them at three in the morning: what happened, to what, why, and
 * what to do now.
 */

import { holdFor } from "../../engine/run/undo.ts";
import { isUndo } from "../../ledger/ids.ts";
import type { ActionResult, PlanResult, Proposed } from "../../ledger/result.ts";
import { undoWindow } from "../../ledger/undo-window.ts";
import { asText } from "../../messages/render/text.ts";
import type { Message } from "../../sdk/message.ts";
import { plain } from "../../sdk/plain.ts";
import { inWords } from "../../sdk/time.ts";
import type { Mode } from "../../settings/settings.ts";
import type { Io } from "./io.ts";
import type { Ran } from "./json.ts";
import type { Repeat } from "./repeat.ts";
import { backText, callText, command, count, dollars, quoted, utcText } from "./words.ts";

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

function actionLines(action: ActionResult, io: Io, repeat: Repeat): string[] {
  const { outcome, target, because, call, held, error, undo, verified, id } = action;
  const seen =
    outcome === "applied" || outcome === "already"
      ? verified
        ? " (verified)"
        : " (not seen yet)"
      : "";
  const [head, again] =
    outcome === "applied" && isUndo(id)
      ? ["RESTORED", "to let it be done again"]
      : [heads[outcome], "to take it back"];
  const back =
    outcome === "applied"
      ? "irreversible" in undo
        ? backText(undo)
        : `${again}: ${command} undo ${quoted(id)}${repeat.undo}`
      : undefined;
  return [
    `${io.paint(colours[outcome], head.padEnd(8))} ${io.paint("bold", plain(target))}${seen}`,
    ...indented([
      `because ${because}${saves(action)}`,
      callText(call),
      held && `held by ${held.by}: ${held.why}`,
      error && `error: ${error}`,
      outcome === "waiting" && backText(undo),
      back,
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

/** @param repeat options that the printed commands must repeat */
export function runText(
  run: Ran,
  io: Io,
  repeat: Repeat,
  timeZone: string,
  now = new Date(),
): string {
  const of = (...outcomes: ActionResult["outcome"][]) =>
    run.actions.filter(({ outcome }) => outcomes.includes(outcome));
  const [done, undoable] = [
    saved(of("applied", "already")),
    of("applied").filter(({ undo }) => !("irreversible" in undo)),
  ];
  const totals = [
    `${run.found} found`,
    ...order.flatMap((outcome) =>
      of(outcome).length
        ? [
            `${of(outcome).length} ${outcome === "applied" ? "changed" : outcome === "already" ? "so already" : outcome}`,
          ]
        : [],
    ),
    ...(done ? [`saves ${dollars(done)} a month`] : []),
    ...(run.calls.reads + run.calls.writes
      ? [`${count(run.calls.reads, "read")}, ${count(run.calls.writes, "write")}`]
      : []),
  ];
  const colour =
    run.outcome === "failed"
      ? "red"
      : run.outcome === "held" || run.outcome === "waiting"
        ? "yellow"
        : "green";
  const parts = [
    [
      `${io.paint("bold", plain(run.automation))} in ${plain(run.region)}${run.message ? "" : `, mode ${run.mode}`}: ${io.paint(colour, run.outcome)}${run.id === null ? "" : `   ${plain(run.id)}`}`,
      `    ${totals.join(" · ")}`,
      ...indented([run.error && `error: ${run.error}`]),
    ],
    ...order.flatMap((outcome) => of(outcome).map((action) => actionLines(action, io, repeat))),
    run.id !== null && isUndo(run.id) && undoable.length
      ? [
          `What was restored is left alone for ${inWords(holdFor)}, or until the undo is taken back.`,
        ]
      : [],
    undoable.length > 1 && run.id !== null
      ? [
          `${isUndo(run.id) ? "To let all of it be done again" : `To take back all ${undoable.length}`}: ${command} undo ${quoted(run.id)}${repeat.undo}`,
        ]
      : [],
    run.id !== null && !isUndo(run.id) && undoable.length
      ? [`It can be taken back ${undoWindow.short}: the ledger keeps what that needs for ever.`]
      : [],
    run.plan
      ? [
          `To decide, until ${utcText(run.plan.expires)}:`,
          `    ${command} approve ${quoted(run.plan.id)}${repeat.decide}`,
          `    ${command} deny ${quoted(run.plan.id)}${repeat.decide}`,
        ]
      : [],
    run.message ? [messageText(run.message, { ...run, at: run.at ?? now }, timeZone)] : [],
  ];
  return parts.flatMap((lines) => (lines.length ? [lines.join("\n")] : [])).join("\n\n");
}

const would: Readonly<Record<Mode, string>> = {
  watch: "In mode watch a run changes nothing and says so.",
  ask: "In mode ask a run stores this plan and waits for an approval.",
  act: "In mode act a run carries out what is not held.",
};

export function planText(
  plan: PlanResult,
  io: Io,
  mode: Mode,
  message: string | null | undefined,
): string {
  const free = plan.proposals.filter(({ held }) => !held);
  const proposal = (one: Proposed): string[] => [
    `${one.held ? io.paint("yellow", "HELD     ") : io.paint("cyan", "WOULD    ")}${io.paint("bold", plain(one.target))}`,
    ...indented([
      `because ${one.because}${saves(one)}`,
      callText(one.call),
      `back: ${backText(one.undo)}`,
      one.held && `held by ${one.held.by}: ${one.held.why}`,
    ]),
  ];
  const sum = saved(free);
  const parts = [
    [
      `${io.paint("bold", plain(plan.automation))} in ${plain(plan.region)}, as of ${utcText(plan.at)}`,
      message === undefined
        ? `    ${plan.found} found · ${count(plan.proposals.length, "proposal")}${free.length < plan.proposals.length ? `, ${plan.proposals.length - free.length} of them held` : ""}${sum ? ` · saves ${dollars(sum)} a month` : ""}`
        : `    ${plan.found} found · it would tell ${message === null ? "nothing" : "this"}`,
    ],
    ...plan.proposals.map(proposal),
    message ? [message] : [],
    plan.proposals.length ? [`Nothing was changed. ${would[mode]}`] : [],
  ];
  return parts.flatMap((lines) => (lines.length ? [lines.join("\n")] : [])).join("\n\n");
}
