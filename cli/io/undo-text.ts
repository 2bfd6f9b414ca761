/** How one action is taken back; or that it was, by whom, and what can be done then. */

import type { UndoPreview } from "../../engine/run/undo.ts";
import { isUndo, undoId, undoneId } from "../../ledger/ids.ts";
import type { TakenBack } from "../../ledger/undone.ts";
import { plain } from "../../sdk/plain.ts";
import type { Repeat } from "./repeat.ts";
import { changeLine, command, namedText, quoted, utcText } from "./words.ts";

export const undoCommandText = (id: string, repeat: Repeat): string =>
  `${command} undo ${quoted(id)}${repeat.undo}`;

/** `by arn:… at 2026-11-21 02:00:05 UTC`, as far as it is known. */
function whoAndWhen({ by, at }: TakenBack): string {
  const parts = [...(by === undefined ? [] : [`by ${by}`]), ...(at ? [`at ${utcText(at)}`] : [])];
  return parts.length ? ` ${parts.join(" ")}` : "";
}

const marks = { confirmed: "✓", unknown: "?", refused: "✗", done: "–" } as const;
const heads = {
  confirmed: "",
  unknown: "waits for your word: ",
  refused: "is refused: ",
  done: "",
} as const;

/** What an undo is about to do, and what is known of each action. */
export function undoPreviewText({ shows, more }: UndoPreview): string {
  const lines = shows.flatMap(({ target, name, calls, changes, is, why }) => [
    `${marks[is]} ${plain(namedText({ target, name }))}`,
    ...calls.map((call) => `    ${plain(changeLine({ call, ...(changes && { changes }) }))}`),
    ...(why ? [`    ${plain(heads[is] + why)}`] : []),
  ]);
  return [...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

const asked = (who: string): string => (who ? `, asked for${who}` : "");

function stateText(undone: TakenBack, id: string, repeat: Repeat): string {
  const who = whoAndWhen(undone);
  if (undone.state === "redone")
    return `taken back, and left to be done again${who}: a later run does it, which can be taken back itself`;
  if (undone.state === "intended")
    return `an undo was begun${who}, and has not ended: ${undoCommandText(undoneId(id), repeat)} goes on with it`;
  const back = `to let it be done again: ${undoCommandText(undoId(undoneId(id)), repeat)}`;
  // The undo itself need not say that it took something back.
  return isUndo(id) ? back : `taken back by ${undoId(id)}${asked(who)}; ${back}`;
}

/**
 * @param id of an action that was applied, or of its undo
 * @param undone by the id of the action that was taken back
 */
export function undoText(
  id: string,
  undone: ReadonlyMap<string, TakenBack>,
  repeat: Repeat,
): string {
  const known = undone.get(undoneId(id));
  if (known) return stateText(known, id, repeat);
  const why = isUndo(id) ? "to let it be done again" : "to take it back";
  return `${why}: ${undoCommandText(id, repeat)}`;
}
