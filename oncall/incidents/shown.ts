/** Incidents as messages show them. */

import type { IncidentShown } from "../../messages/incident-news.ts";
import { worstSeverityFirst } from "../../sdk/severity.ts";
import type { Incident } from "./store.ts";

export const shownIncident = ({
  id,
  state,
  labels,
  title,
  openedAt,
  resolvedAt,
  count,
  by,
  snoozedUntil,
}: Incident): IncidentShown => ({
  id,
  state,
  severity: labels.severity,
  title,
  openedAt,
  count,
  ...(resolvedAt && { resolvedAt }),
  ...(by && { by }),
  ...(snoozedUntil && state === "snoozed" && { snoozedUntil }),
});

/** Worst first; what is over last; then the oldest. */
export const worstFirst = (a: IncidentShown, b: IncidentShown): number =>
  Number(a.state === "resolved") - Number(b.state === "resolved") ||
  worstSeverityFirst(a.severity, b.severity) ||
  a.openedAt.getTime() - b.openedAt.getTime();
