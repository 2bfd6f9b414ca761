/** What became of incidents, as plain lines. */

import { cut, plain, unlinked } from "../../sdk/plain.ts";
import type { IncidentNews, IncidentShown } from "../incident-news.ts";
import { timeText } from "./time-text.ts";

/** Of one group so many are listed; the rest is counted. */
const listed = 20;
const foreign = (text: string): string => cut(plain(unlinked(cut(text, 600))), 600);

/** In words, for a heading: why it is told now. */
export const whyText: Readonly<Record<IncidentNews["why"], string>> = {
  opened: "Opened",
  changed: "Changed",
  repeat: "Still open",
  escalated: "Escalated: nobody has acknowledged it yet",
  acknowledged: "Acknowledged",
  snoozed: "Snoozed",
  resolved: "Over",
};

function state(
  { state: now, by, snoozedUntil, resolvedAt }: IncidentShown,
  timeZone: string,
): string {
  const who = by ? ` by ${foreign(by)}` : "";
  if (now === "snoozed")
    return `snoozed${who}${snoozedUntil ? ` until ${timeText(snoozedUntil, timeZone)}` : ""}`;
  if (now === "resolved")
    return `over since ${resolvedAt ? timeText(resolvedAt, timeZone) : "an unknown time"}`;
  return now === "acknowledged" ? `acknowledged${who}` : "open, nobody has taken it";
}

/** One line an incident, worst first. */
export const incidentLines = (
  { incidents, more = 0 }: Pick<IncidentNews, "incidents" | "more">,
  timeZone: string,
): string[] => [
  ...incidents
    .slice(0, listed)
    .map(
      (one) =>
        `[${one.severity}] ${foreign(one.title)} (${state(one, timeZone)}; since ${timeText(one.openedAt, timeZone)}${one.count > 1 ? `, ${one.count} times` : ""}; ${foreign(one.id)})`,
    ),
  ...(incidents.length > listed || more > 0
    ? [`and ${Math.max(0, incidents.length - listed) + more} more`]
    : []),
];
