/** What was told: by reports and signals, of incidents, of the day. */
import type { DescribedUnit } from "../../../cli/bundle/units.ts";
import { chartText } from "../../../messages/render/chart-text.ts";
import { timeText } from "../../../messages/render/text.ts";
import { count } from "../../../sdk/counted.ts";
import { plain } from "../../../sdk/plain.ts";
import type { NightHappening, NightIncident } from "../feature.ts";
import type { Night } from "../one-night.ts";
import { markOf, type Sheet } from "./sheet.ts";

export function tellerPart(sheet: Sheet, night: Night, { id, kind, summary }: DescribedUnit): void {
  const { timeZone } = night.configured.settings;
  const told = night.messages.filter(
    (message) => message.unit === id && message.kind !== "incident",
  );
  if (kind === "signal" && !told.length) return;
  sheet.heading(id, kind, `${summary}.`);
  for (const { severity, title, chart } of told) {
    sheet.labelled(markOf(severity), plain(title));
    const drawn = chart ? chartText(chart, timeZone).split("\n").slice(1) : [];
    for (const line of drawn) sheet.under(line);
  }
  sheet.line();
}

const states: Readonly<Record<NightIncident["state"], string>> = {
  open: "open, nobody has taken it",
  acknowledged: "taken",
  snoozed: "snoozed",
  resolved: "over",
};

/** How each went, in the words of its timeline. */
export function incidentsPart(sheet: Sheet, night: Night): void {
  const { incidents = [], configured } = night;
  if (!incidents.length) return;
  sheet.heading(
    "incidents",
    "on call",
    "What signals tell of: opened, escalated when nobody takes it, over when its state says so.",
  );
  for (const incident of incidents) incidentPart(sheet, incident, configured.settings.timeZone);
  const units = new Set(incidents.map(({ unit }) => unit));
  const silent = configured.units.filter(
    ({ id, kind, enabled }) => kind === "signal" && enabled && !units.has(id),
  );
  if (silent.length)
    sheet.note(`${count(silent.length, "other signal")} listened and heard nothing`);
  sheet.line();
}

function incidentPart(sheet: Sheet, incident: NightIncident, timeZone: string): void {
  const { id, severity, title, state, timeline, by } = incident;
  sheet.labelled(markOf(severity), plain(title));
  const happened = timeline
    .filter(({ what }) => what !== "again" && what !== "told")
    .map((happening) => happeningText(happening, timeZone));
  const taken = by ? ` by ${by}` : "";
  sheet.aside(plain(`${states[state]}${taken}; ${happened.join(", ")}`));
  if (state === "open") sheet.command("take it", `npx nightshift incident ack ${id}`);
  else sheet.command("report", `npx nightshift incident report ${id}`);
}

function happeningText({ at, what, text, by }: NightHappening, timeZone: string): string {
  const clock = timeText(at, timeZone).slice(11, 16);
  if (what === "escalated") return `${clock} ${what}: ${text}`;
  return by ? `${clock} ${what} by ${by}` : `${clock} ${what}`;
}

export function digestPart(sheet: Sheet, { messages }: Night): void {
  for (const { title, severity, facts = {} } of messages.filter(({ kind }) => kind === "digest")) {
    sheet.heading(
      "digest",
      "daily",
      "The last 24 hours in one message, also when nothing happened.",
    );
    sheet.labelled(markOf(severity), plain(title));
    for (const [fact, text] of Object.entries(facts))
      sheet.labelled(["", "dim"], plain(`${fact}: ${text}`));
    sheet.line();
  }
}
