/**
 * When a group is notified, as Prometheus Alertmanager does it: `wait` before the first, then a
 * look each `interval`; a look notifies when something is open that the last notification did not
 * name, when something ended, or when nothing has changed for longer than `repeat`. Looks at which
 * there is nothing to do need no timer.
 */

import type { IncidentNews } from "../../messages/incident-news.ts";
import { digest } from "../../sdk/codec.ts";
import { worstSeverityFirst } from "../../sdk/severity.ts";
import { after, milliseconds } from "../../sdk/time.ts";
import { inhibitor } from "./inhibit.ts";
import type { MachineSettings } from "./settings.ts";
import type { Group, Incident, IncidentSource, Labels } from "./store.ts";

const ids = (incidents: readonly Incident[]): string[] => incidents.map(({ id }) => id);

/** The group that an incident with these labels belongs to. */
export function groupOf(labels: Labels, { by }: Pick<MachineSettings, "by">, now: Date): Group {
  const common = Object.fromEntries(by.map((name) => [name, labels[name]]));
  return {
    id: `grp.${digest(common).slice(0, 16)}`,
    labels: common,
    account: labels.account,
    region: labels.region,
    incidents: [],
    more: { open: { info: 0, warning: 0, critical: 0 }, resolved: 0 },
    tick: now,
    flushed: false,
    // What is there from the beginning waits for nothing that was before.
    emptySince: new Date(0),
    sent: 0,
  };
}

const sum = ({ open }: Group["more"]): number => open.info + open.warning + open.critical;
export const isEmpty = ({ incidents, more }: Group): boolean =>
  incidents.length === 0 && sum(more) === 0 && more.resolved === 0;

/** What a look at the group sees. */
export interface Seen {
  /** Open, neither snoozed nor inhibited. */
  readonly firing: readonly Incident[];
  readonly resolved: readonly Incident[];
  readonly inhibited: readonly Incident[];
  /** Open and only counted: they share the fate of those that are listed. */
  readonly more: number;
}

export function see(
  group: Group,
  sources: readonly IncidentSource[],
  { inhibit }: Pick<MachineSettings, "inhibit">,
): Seen {
  const open = ({ state }: Incident) => state === "open" || state === "acknowledged";
  const all: IncidentSource[] = [
    ...sources.filter(({ id }) => !group.incidents.some((one) => one.id === id)),
    ...group.incidents.filter(({ state }) => state !== "resolved"),
  ];
  const quiet = (incident: Incident) => inhibitor(incident, all, inhibit) !== undefined;
  const [inhibited, heard] = [
    group.incidents.filter(quiet),
    group.incidents.filter((one) => !quiet(one)),
  ];
  const firing = heard.filter(open);
  const silent = group.incidents.some(({ state }) => state !== "resolved") && !firing.length;
  return {
    firing,
    resolved: heard.filter(({ state }) => state === "resolved"),
    inhibited: inhibited.filter(open),
    more: silent ? 0 : sum(group.more),
  };
}

/**
 * What is told again though nothing has changed: not what somebody has taken, nor what has no end
 * of its own.
 */
const insistent = (incidents: readonly Incident[]): boolean =>
  incidents.some(({ state, passing }) => state === "open" && !passing);
const repeats = ({ firing, more }: Seen): boolean =>
  insistent(firing) || (more > 0 && !firing.length);

/**
 * Why a look at this time notifies; nothing: it does not. Alertmanager's `DedupStage.needsUpdate`.
 */
export function reason(
  { told, more }: Group,
  seen: Seen,
  at: Date,
  { repeat }: Pick<MachineSettings, "repeat">,
): IncidentNews["why"] | undefined {
  const none = seen.firing.length + seen.more === 0;
  // All of it is inhibited: as if there were nothing.
  if (none && seen.resolved.length + more.resolved === 0) return undefined;
  const known = told !== undefined && told.firing.length + told.more > 0;
  if (told === undefined) return none ? undefined : "opened";
  if (!ids(seen.firing).every((id) => told.firing.includes(id)) || seen.more > told.more)
    return known ? "changed" : "opened";
  if (none) return known ? "resolved" : undefined;
  if (!ids(seen.resolved).every((id) => told.resolved.includes(id)) || more.resolved > 0)
    return "changed";
  return repeats(seen) && after(told.at, repeat) < at ? "repeat" : undefined;
}

/** The first look later than a time, or at it. */
export function tickAfter(
  tick: Date,
  than: Date,
  { interval }: Pick<MachineSettings, "interval">,
  strictly: boolean,
): Date {
  const behind = than.getTime() - tick.getTime();
  if (behind < 0 || (behind === 0 && !strictly)) return tick;
  const length = milliseconds(interval);
  const steps = Math.floor(behind / length) + (behind % length === 0 && !strictly ? 0 : 1);
  return new Date(tick.getTime() + steps * length);
}

/** The look at which there will be something to do, as far as is known now. */
export function dueAt(group: Group, seen: Seen, settings: MachineSettings): Date | undefined {
  const { told, tick, incidents, more } = group;
  if (isEmpty(group)) return undefined;
  if (!group.flushed) return tick;
  const fresh =
    seen.firing.some(({ id }) => !told?.firing.includes(id)) || seen.more > (told?.more ?? 0);
  const ended = incidents.some(({ state }) => state === "resolved") || more.resolved > 0;
  // Nothing else says when what inhibits it has ended.
  const waits = seen.inhibited.some(({ id }) => !told?.firing.includes(id));
  if (fresh || ended || waits) return tick;
  return told && (repeats(seen) || insistent(seen.inhibited))
    ? tickAfter(tick, after(told.at, settings.repeat), settings, true)
    : undefined;
}

/** The group after a look, and what it says. */
export function flush(
  group: Group,
  seen: Seen,
  at: Date,
  settings: MachineSettings,
): { readonly group: Group; readonly news: IncidentNews | undefined } {
  const why = reason(group, seen, at, settings);
  const left = group.incidents.filter(({ state }) => state !== "resolved");
  const after_: Group = {
    ...group,
    incidents: left,
    more: { ...group.more, resolved: 0 },
    tick: after(at, settings.interval),
    flushed: true,
    ...(why && {
      told: { at, firing: ids(seen.firing), resolved: ids(seen.resolved), more: seen.more },
    }),
  };
  return {
    group: after_,
    news: why && {
      why,
      group: group.id,
      incidents: [...seen.firing, ...seen.resolved].map(shownIncident),
      calls: [],
      more: seen.more + group.more.resolved,
    },
  };
}

/** As messages show it. */
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
}: Incident): IncidentNews["incidents"][number] => ({
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
export const worstFirst = (
  a: IncidentNews["incidents"][number],
  b: IncidentNews["incidents"][number],
): number =>
  Number(a.state === "resolved") - Number(b.state === "resolved") ||
  worstSeverityFirst(a.severity, b.severity) ||
  a.openedAt.getTime() - b.openedAt.getTime();
