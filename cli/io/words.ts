/** Small pieces of text that several verbs print. */

import type { FieldChange, ShownCall, WayBackShown } from "../../ledger/result.ts";
import { plain } from "../../sdk/plain.ts";
import type { ManifestTrigger } from "../../settings/manifest.ts";

/** As the reader types it. */
export const command = "npx nightshift";

/** `2026-11-21 02:00:05 UTC` */
export const utcText = (at: Date): string =>
  `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** `2026-11-21 02:00`: in a table whose heading names the zone. */
export const minuteText = (at: Date): string => utcText(at).slice(0, 16);

/** For a shell: quoted where it must be. */
export const quoted = (word: string): string =>
  /^[\w.:/@#+=,-]+$/.test(word) && !/^[#-]/.test(word)
    ? word
    : `'${plain(word).replaceAll("'", "'\\''")}'`;

/** A target by its id, and by what people call it. */
export const namedText = ({
  target,
  name,
}: {
  readonly target: string;
  readonly name?: string | undefined;
}): string => (name === undefined ? target : `${target} "${name}"`);

/** How a call is taken back, in words; with the inputs of the calls where all is shown. */
export function backText(undo: WayBackShown, verbose: boolean): string {
  if ("irreversible" in undo) return `cannot be taken back: ${undo.irreversible}`;
  const calls = [undo].flat() as readonly ShownCall[];
  if (!calls.length) return "its own inverse";
  return calls.map((call) => (verbose ? shownCallText(call) : call.operation)).join(", then ");
}

function shownCallText({ operation, input }: ShownCall): string {
  if (input === null) return `${operation} (with what the answer will say)`;
  return callText({ operation, input });
}

/** `field before → after` for each field that changes, after the call that does it. */
export function changeLine({ call, changes = [] }: Changing): string {
  const fields = changes.map(({ field, before, after }) =>
    [...(field === null ? [] : [field]), before, "→", after].join(" "),
  );
  return [call.operation, ...(fields.length ? [fields.join("; ")] : [])].join(": ");
}

interface Changing {
  readonly call: { readonly operation: string };
  readonly changes?: readonly FieldChange[];
}

export const callText = ({
  operation,
  input,
}: {
  readonly operation: string;
  readonly input: object;
}): string => `${operation} ${JSON.stringify(input)}`;

/**
 * When a unit starts, for a table's cell: of a source with many events only how many, where they
 * would take too much room.
 */
export function triggersText(triggers: readonly ManifestTrigger[]): string {
  const text = triggers.map(triggerText).join("; ") || "-";
  if (text.length <= 90) return text;
  const sources = Map.groupBy(triggers, (trigger) =>
    trigger.kind === "sweep" ? trigger.schedule : JSON.stringify(trigger.pattern.source),
  );
  return [...sources.values()].map(sourceText).join("; ");
}

/** Triggers of one source: named where there is one, else counted. */
function sourceText([first, ...more]: readonly ManifestTrigger[]): string {
  const text = first ? triggerText(first) : "";
  if (!more.length) return text;
  return `${text.slice(0, text.indexOf(":"))}: ${more.length + 1} kinds of events`;
}

/** One way in which a unit starts. */
export function triggerText(trigger: ManifestTrigger): string {
  if (trigger.kind === "sweep") return `${trigger.schedule} ${trigger.timeZone}`;
  const {
    source = [],
    "detail-type": types = [],
    detail,
  } = trigger.pattern as {
    source?: readonly string[];
    "detail-type"?: readonly string[];
    detail?: { eventName?: readonly string[] };
  };
  const names = detail?.eventName ?? types;
  return `${source.join(", ")}${names.length ? `: ${names.join(", ")}` : ""}`;
}
