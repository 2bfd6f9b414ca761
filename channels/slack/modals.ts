/** Dialogs: all targets of a plan, page by page, and what is needed to leave something alone. */
import type { StoredPlan } from "../../ledger/plans.ts";
import type { Proposed, RunResult } from "../../ledger/result.ts";
import { timeText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import { savingOf, savingText } from "../../sdk/saving.ts";
import { code, harmlessText } from "../mrkdwn.ts";
import {
  type Block,
  button,
  context,
  limits,
  type Modal,
  option,
  plainText,
  section,
} from "./blocks.ts";
import { shortDollars } from "./rendered.ts";
import { acts, forms, type PageValue } from "./value.ts";

/** Of a dialog's 100 blocks so many show a target each. */
export const perPage = 40;

const final = ({ undo }: Proposed): string | undefined =>
  "irreversible" in undo ? undo.irreversible : undefined;
function callsOf(undo: Proposed["undo"]): readonly { readonly operation: string }[] {
  if ("operation" in undo) return [undo];
  return Array.isArray(undo) ? undo : [];
}
const back = (proposal: Proposed): string => {
  const why = final(proposal);
  if (why !== undefined) return `⚠️ cannot be taken back: ${harmlessText(why, 300)}`;
  return `taken back by ${
    callsOf(proposal.undo)
      .map(({ operation }) => harmlessText(operation, 80))
      .join(", ") || "its inverse"
  }`;
};
function savedBy({ savesPerMonth, unpriced }: Proposed): string {
  if (unpriced) return ", price unknown";
  return savesPerMonth ? `, saves ${shortDollars(savesPerMonth)} a month` : "";
}
const worst = (a: Proposed, b: Proposed): number =>
  Number(final(b) !== undefined) - Number(final(a) !== undefined) ||
  (b.savesPerMonth ?? 0) - (a.savesPerMonth ?? 0) ||
  (a.target < b.target ? -1 : 1);

/**
 * What a dialog is about, given back to us when it is sent in. Cut, it would mean something else.
 */
const metadata = (value: object): string => {
  const given = JSON.stringify(value);
  return given.length <= limits.metadata ? given : "{}";
};

/** All that a plan would change, worst first. */
export function targetsModal(
  plan: StoredPlan,
  page: number,
  { timeZone }: { readonly timeZone: string },
): Modal {
  const pages = Math.max(1, Math.ceil(plan.proposals.length / perPage));
  const at = Math.min(page, pages - 1);
  const shown = plan.proposals.toSorted(worst).slice(at * perPage, (at + 1) * perPage);
  const saves = savingText(savingOf(plan.proposals), { verb: "together", amount: shortDollars });
  const value = (to: number): PageValue => ({ plan: plan.id, hash: plan.hash, page: to });
  const turn = [
    ...(at > 0 ? button(`${acts.page}.back`, "Previous page", value(at - 1)) : []),
    ...(at < pages - 1 ? button(`${acts.page}.on`, "Next page", value(at + 1)) : []),
  ];
  const blocks: Block[] = [
    section([
      `*${harmlessText(plan.unit, 80)}* in ${harmlessText(plan.region, 40)}: ${count(plan.proposals.length, "proposed change")}${saves === undefined ? "" : `, ${saves}`}`,
      `${harmlessText(plan.why, 500)}. It can be decided until ${timeText(plan.expires, timeZone)}.`,
    ]),
    ...shown.map((proposal) =>
      section(
        [
          `${code(proposal.target)} ${harmlessText(proposal.because, 500)}${savedBy(proposal)}`,
          `${harmlessText(proposal.call.operation, 100)}; ${back(proposal)}`,
        ],
        { most: 1500 },
      ),
    ),
    ...(pages > 1 ? [context([`Page ${at + 1} of ${pages}`])] : []),
    ...(turn.length > 0 ? [{ type: "actions" as const, block_id: "pages", elements: turn }] : []),
  ];
  return {
    type: "modal",
    callback_id: forms.targets,
    title: plainText("All targets", limits.modalTitle),
    close: plainText("Close", limits.modalTitle),
    private_metadata: metadata({ plan: plan.id }),
    blocks,
  };
}

/** Ids of the form's inputs. */
export const exemptInputs = { target: "target", until: "until", reason: "reason" } as const;

/** Where a form was opened from, for the answer. */
export interface FormContext {
  readonly run: string;
  readonly channel?: string | undefined;
}

/**
 * Which of a run's targets shall be left alone, until when, and why.
 * @param until the day that stands there at first
 * @param latest the last day that is taken
 */
export function exemptModal(
  run: RunResult,
  {
    channel,
    until,
    latest,
  }: { readonly channel?: string; readonly until: string; readonly latest: string },
): Modal {
  const targets = [
    ...new Map(run.actions.map(({ target }, at) => [target, at] as const).reverse()),
  ].reverse();
  const left = targets.length - limits.options;
  return {
    type: "modal",
    callback_id: forms.exempt,
    title: plainText("Leave it alone", limits.modalTitle),
    submit: plainText("Exempt", limits.modalTitle),
    close: plainText("Cancel", limits.modalTitle),
    private_metadata: metadata({ run: run.id, channel } satisfies FormContext),
    blocks: [
      section([
        `${harmlessText(run.automation, 80)} will leave it alone in ${harmlessText(run.region, 40)}, from its next look on. Everybody is told, with your name.`,
        ...(left > 0
          ? [
              `The first ${limits.options} targets are here; for the other ${left} there is ${code("npx nightshift exempt")}.`,
            ]
          : []),
      ]),
      {
        type: "input",
        block_id: exemptInputs.target,
        label: plainText("What", 200),
        element: {
          type: "static_select",
          action_id: exemptInputs.target,
          placeholder: plainText("Choose a target", 150),
          // By its place in the recorded run: what is left alone can only be something that the run
          // was about.
          options: targets
            .slice(0, limits.options)
            .map(([target, at]) => option(target, String(at))),
        },
      },
      {
        type: "input",
        block_id: exemptInputs.until,
        label: plainText(`Until (the last day, at most ${latest})`, 200),
        element: { type: "datepicker", action_id: exemptInputs.until, initial_date: until },
      },
      {
        type: "input",
        block_id: exemptInputs.reason,
        label: plainText("Why", 200),
        element: { type: "plain_text_input", action_id: exemptInputs.reason, max_length: 300 },
      },
    ],
  };
}
