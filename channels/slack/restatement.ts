/** What the first message of a matter says from now on. */

import { numbersIn } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { IncidentNews } from "../../messages/incident-news.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { timeText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import { header } from "./blocks.ts";
import { incidentState, incidentsBlock, newsButtons } from "./render-incident.ts";
import { inParts, type SlackOptions, signs } from "./rendered.ts";
import { type News, stateBlocks } from "./restate.ts";
import { acts } from "./value.ts";
import { who } from "./who.ts";

/** A plan that is decided on: its targets can still be looked at. */
export const decided = [acts.approve, acts.deny] as const;

function groupTitle({ incidents, more }: IncidentNews): string {
  const [worst, ...others] = incidents;
  if (!worst) return "";
  const over = !more && incidents.every(({ state }) => state === "resolved");
  const sign = over ? "✅" : signs[worst.severity];
  const rest = others.length > 0 ? ` and ${count(others.length, "more", "more")}` : "";
  return `${sign} ${worst.title}${rest}`;
}

/** The group as it stands, with the buttons that still make sense. */
export function groupNow(news: IncidentNews, options: SlackOptions): News {
  const title = groupTitle(news);
  return {
    blocks: [
      ...(title ? [{ ...header(title), block_id: inParts.head }] : []),
      incidentState(news, options),
      incidentsBlock(news, options),
      ...newsButtons(news),
    ],
    without: "all",
  };
}

/**
 * What stood there begins anew in a message of its own: what becomes of it is said, and can be
 * pressed, there alone.
 */
export const toldAgain = ({ at }: Pick<Outgoing, "at">, { timeZone }: SlackOptions): News => ({
  blocks: stateBlocks(
    `↪️ *Told again* in a message of its own, ${timeText(at, timeZone)}: what becomes of it stands there.`,
  ),
  without: "all",
});

/** Messages that say how a run's own message goes on. */
export type Sequel = Extract<Outgoing, { readonly kind: "decision" | "undo" | "run" }>;

const by = (name: string | undefined): string => (name === undefined ? "" : ` by ${who(name)}`);

function became(run: RunResult): { readonly text: string; readonly failed: number } {
  const { applied, already, begun, held, failed } = numbersIn(run);
  const parts = [
    `${count(applied + already, "change")} done`,
    ...(begun ? [`${begun} begun`] : []),
    ...(held ? [`${held} held`] : []),
    ...(failed ? [`*${failed} failed*`] : []),
  ];
  return { text: parts.join(", "), failed };
}

/** What became of a run: denied, carried out, taken back. */
export function restatement(message: Sequel, { timeZone }: SlackOptions): News {
  const when = timeText(message.at, timeZone);
  switch (message.kind) {
    case "decision":
      return {
        without: decided,
        blocks: stateBlocks(
          `❌ *Denied*${by(message.by ?? message.facts?.by)}, ${when}. Nothing of it is done; a later run may propose it again.`,
        ),
      };
    case "undo":
      return {
        without: [acts.undo],
        blocks: stateBlocks(
          `↩️ *Taken back*${by(message.by ?? message.facts?.by)}: ${became(message.run).text}, ${when}; the thread says more.`,
        ),
      };
    case "run": {
      const { text, failed } = became(message.run);
      return {
        without: decided,
        blocks: stateBlocks(
          `✅ *Approved*${by(message.carries?.by)}. ${failed ? "⚠️ " : ""}${text}, ${when}; the thread says more.`,
        ),
      };
    }
  }
}
