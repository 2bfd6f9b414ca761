/** The week on call: what people received, and what each shows. */
import { count } from "../../../sdk/counted.ts";
import { plain } from "../../../sdk/plain.ts";
import type { Night } from "../one-night.ts";
import type { Sheet } from "./sheet.ts";

export function weekPart(sheet: Sheet, { week }: Night): void {
  if (!week) return;
  const { lines, signals } = week;
  sheet.heading(
    "week",
    "on call",
    `From Sunday to Thursday in fast motion: ${count(signals, "signal")}, ${count(lines.length, "message")}.`,
  );
  for (const { when, through, title, shows } of lines) {
    sheet.labelled([when, "dim"], plain(`${through.join(", ")}: ${title}`));
    if (shows) sheet.aside(`↑ ${shows}`);
  }
  sheet.line();
}
