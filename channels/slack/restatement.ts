/** What the first message of a matter says from now on. */

import type { IncidentNews } from "../../messages/incident-news.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { timeText } from "../../messages/render/text.ts";
import { harmlessText, header } from "./blocks.ts";
import { incidentState, incidentsBlock, newsButtons } from "./render-incident.ts";
import { count, inParts, type SlackOptions, signs } from "./rendered.ts";
import { type News, stateBlocks } from "./restate.ts";
import { acts } from "./value.ts";
import { who } from "./who.ts";

/** A plan that is decided on: its targets can still be looked at. */
export const decided = [acts.approve, acts.deny] as const;

/** The group as it stands, with the buttons that still make sense. */
export function groupNow(news: IncidentNews, options: SlackOptions): News {
  const [worst] = news.incidents;
  const over = !news.more && news.incidents.every(({ state }) => state === "resolved");
  const title = worst
    ? `${over ? "✅" : signs[worst.severity]} ${worst.title}${news.incidents.length > 1 ? ` and ${count(news.incidents.length - 1, "more", "more")}` : ""}`
    : "";
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

/** What became of a run: denied, carried out, taken back. */
export function restatement(
  { kind, run, carries, facts, at, title }: Outgoing,
  { timeZone }: SlackOptions,
): News {
  const when = timeText(at, timeZone);
  const by = facts?.by ? ` by ${who(facts.by)}` : "";
  if (kind === "decision")
    return {
      without: decided,
      blocks: stateBlocks(
        `❌ *Denied*${by}, ${when}. Nothing of it is done; a later run may propose it again.`,
      ),
    };
  const of = (...outcomes: readonly string[]) =>
    run?.actions.filter(({ outcome }) => outcomes.includes(outcome)).length ?? 0;
  const [held, failed] = [of("held"), of("failed")];
  const became = [
    `${count(of("applied", "already"), "change")} done`,
    ...(held ? [`${held} held`] : []),
    ...(failed ? [`*${failed} failed*`] : []),
  ].join(", ");
  if (kind === "undo")
    return {
      without: [acts.undo],
      blocks: stateBlocks(`↩️ *Taken back*${by}: ${became}, ${when}; the thread says more.`),
    };
  const approved = `✅ *Approved*${carries?.by ? ` by ${who(carries.by)}` : ""}.`;
  return {
    without: decided,
    blocks: stateBlocks(
      run
        ? `${approved} ${failed ? "⚠️ " : ""}${became}, ${when}; the thread says more.`
        : `${approved} ⚠️ ${harmlessText(title, 300)}; the thread says more.`,
    ),
  };
}
