/**
 * When a group is notified, as Prometheus Alertmanager does it: `wait` before the first, then a
 * look each `interval`; a look notifies when something is open that the last notification did not
 * name, when something ended, or when nothing has changed for longer than `repeat`. Looks at which
 * there is nothing to do need no timer.
 */

import type { IncidentNews } from "../../messages/incident-news.ts";
import type { MessageHeld } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { after, milliseconds } from "../../sdk/time.ts";
import type { About } from "./audience.ts";
import { escalationFor } from "./escalate.ts";
import { inhibitor } from "./inhibit.ts";
import type { MachineSettings } from "./settings.ts";
import type { Group, Incident, IncidentHeld, IncidentSource } from "./store.ts";
import type { Teller } from "./teller.ts";

const ids = (incidents: readonly Incident[]): string[] => incidents.map(({ id }) => id);

/**
 * The group that an incident belongs to: of what has these labels in common, those that the same
 * channels are told of, for which the same people are called, and that are muted alike. So nothing
 * that is only counted in a group is anybody else's.
 */
export function groupOf(
  { labels, tags }: About,
  settings: Pick<MachineSettings, "by" | "audience" | "escalations">,
  now: Date,
): Group {
  const { by, audience } = settings;
  const about = { labels, ...(tags && { tags }) };
  const common = Object.fromEntries(by.map((name) => [name, labels[name]]));
  const shared = audience && {
    to: audience.of(about),
    calls: escalationFor(about, settings),
    mute: audience.held(about, now)?.mute,
  };
  return {
    id: `grp.${digest(shared ? [common, shared] : common).slice(0, 16)}`,
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
    born: now,
  };
}

const sum = ({ open }: Group["more"]): number => open.info + open.warning + open.critical;
export const isEmpty = ({ incidents, more }: Group): boolean =>
  incidents.length === 0 && sum(more) === 0 && more.resolved === 0 && more.taken === undefined;

/** What a look at the group sees. */
export interface Seen {
  /** Open, neither snoozed nor inhibited. */
  readonly firing: readonly Incident[];
  readonly resolved: readonly Incident[];
  /**
   * Over while something inhibits it, and told before: whoever heard of its beginning hears of its
   * end. Alertmanager does not tell it.
   */
  readonly overUnheard: readonly Incident[];
  readonly inhibited: readonly Incident[];
  /** Open or over, and muted or within quiet hours, so that nobody hears of it aloud. */
  readonly muffled: readonly Incident[];
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
  // What a person has done is told by itself.
  const over = group.incidents.filter(({ state, unsaid }) => state === "resolved" && !unsaid);
  const isMuffled = ({ held, thread }: Incident) => held !== undefined && !thread;
  const firing = heard.filter((one) => open(one) && !one.held);
  const silent = group.incidents.some(({ state }) => state !== "resolved") && !firing.length;
  return {
    firing,
    resolved: over.filter((one) => !isMuffled(one) && heard.includes(one)),
    overUnheard: over.filter((one) => one.thread !== undefined && !heard.includes(one)),
    inhibited: inhibited.filter((one) => open(one) && !one.held),
    muffled: [...heard.filter(open), ...over].filter(isMuffled),
    more: silent ? 0 : sum(group.more),
  };
}

/**
 * What is told again though nothing has changed: not what somebody has taken, nor what has no end
 * of its own.
 */
const isInsistent = ({ state, passing }: Incident): boolean => state === "open" && !passing;
const insistent = (incidents: readonly Incident[]): boolean => incidents.some(isInsistent);
const repeats = ({ firing }: Seen): boolean => insistent(firing);

/**
 * Whoever heard of its beginning hears of its end, whatever the last notification named: it may have
 * been snoozed then, or come again since.
 */
const isTold = ({ thread }: Incident): boolean => thread !== undefined;
const endsAnew = (one: Incident, toldOver: readonly string[] = []): boolean =>
  isTold(one) || !toldOver.includes(one.id);

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
  const stands = seen.resolved.some(isTold);
  if (told === undefined && !none) return "opened";
  if (told === undefined) return stands ? "resolved" : undefined;
  if (!ids(seen.firing).every((id) => told.firing.includes(id)) || seen.more > told.more)
    return known ? "changed" : "opened";
  if (none) return known || stands ? "resolved" : undefined;
  if (seen.resolved.some((one) => endsAnew(one, told.resolved)) || more.resolved > 0)
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
  const isOver = ({ state, unsaid }: Incident) => state === "resolved" && !unsaid;
  const ended = incidents.some(isOver) || more.resolved > 0;
  // Nothing else says when what inhibits it has ended.
  const waits = seen.inhibited.some(({ id }) => !told?.firing.includes(id));
  const unnoted = seen.muffled.some(({ held }) => !held?.noted);
  if (fresh || ended || waits || unnoted) return tick;
  return told && (repeats(seen) || insistent(seen.inhibited))
    ? tickAfter(tick, after(told.at, settings.repeat), settings, true)
    : undefined;
}

/** Tells what a look finds new: what begins, what is over, what is still so. */
export function flush(teller: Teller, seen: Seen, at: Date, settings: MachineSettings): boolean {
  const { group } = teller;
  const why = reason(group, seen, at, settings);
  if (why) sayWhy(teller, seen, why);
  if (seen.overUnheard.length) teller.follow(seen.overUnheard, "resolved");
  sayHeld(teller, seen);
  const notify = why && {
    told: { at, firing: ids(seen.firing), resolved: ids(seen.resolved), more: seen.more },
  };
  teller.group = {
    ...teller.group,
    incidents: teller.group.incidents.filter(
      ({ state, unsaid }) => state !== "resolved" || unsaid !== undefined,
    ),
    more: { ...group.more, resolved: 0 },
    counted: sum(group.more) > 0 ? teller.group.counted : undefined,
    tick: after(at, settings.interval),
    flushed: true,
    ...notify,
  };
  return why !== undefined;
}

function sayWhy(teller: Teller, seen: Seen, why: IncidentNews["why"]): void {
  const { told } = teller.group;
  const { firing, resolved } = seen;
  if (why === "repeat") {
    teller.remind(firing.filter(isInsistent), "repeat");
    return;
  }
  const fresh = firing.filter(({ id }) => !told?.firing.includes(id));
  const grows = seen.more > (told?.more ?? 0) ? { more: seen.more } : {};
  if (fresh.length) teller.begin(fresh, { why: "opened", ...grows });
  else if ("more" in grows) teller.begin(firing.filter(isUntaken), { why: "changed", ...grows });
  const ended = resolved.filter((one) => endsAnew(one, told?.resolved));
  if (ended.length || teller.group.more.resolved)
    teller.follow(ended, "resolved", teller.group.more.resolved);
}

const isUntaken = ({ state }: Incident): boolean => state === "open";

/** What is not told for a while is written down once, for the digest: how it began, how it ended. */
function sayHeld(teller: Teller, { muffled }: Seen): void {
  const fresh = muffled.filter(({ state, held }) => state !== "resolved" && !held?.noted);
  const over = muffled.filter(({ state }) => state === "resolved");
  for (const [why, some] of [
    ["opened", fresh],
    ["resolved", over],
  ] as const)
    for (const alike of Map.groupBy(some, ({ held }) => JSON.stringify(held)).values())
      teller.begin(alike, { why, held: alike[0]?.held && withoutNote(alike[0].held) });
  const ids = new Set(fresh.map(({ id }) => id));
  teller.group = {
    ...teller.group,
    incidents: teller.group.incidents.map((one) =>
      ids.has(one.id) && one.held ? { ...one, held: { ...one.held, noted: true } } : one,
    ),
  };
}
const withoutNote = ({ until, mute }: IncidentHeld): MessageHeld => ({
  until,
  ...(mute && { mute }),
});
