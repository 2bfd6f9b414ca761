/**
 * What becomes of a group of incidents when something happens: a message comes, a person acts, time
 * passes. Pure: what it gives is written by whoever asks, all of it or nothing.
 */

import type { IncidentNews } from "../../messages/incident-news.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { isWorse } from "../../sdk/severity.ts";
import { after, days, inWords } from "../../sdk/time.ts";
import { type Act, actOn } from "./act.ts";
import { escalate, nextCall } from "./escalate.ts";
import {
  dueAt,
  flush,
  isEmpty,
  type Seen,
  see,
  shownIncident,
  tickAfter,
  worstFirst,
} from "./grouping.ts";
import { counted, place, withoutIncident } from "./place.ts";
import type { MachineSettings } from "./settings.ts";
import type { Entry, Group, Happening, Incident, IncidentSource, Labels } from "./store.ts";

export type { Act } from "./act.ts";

export type Input =
  /**
   * `known`: the incident as the ledger has it, where there is one. `more`: others come with it,
   * and nothing is told before them.
   */
  | {
      readonly kind: "signal";
      readonly message: Outgoing;
      readonly family: string;
      readonly known: Incident | undefined;
      readonly more?: boolean;
    }
  | { readonly kind: "act"; readonly act: Act; readonly known: Incident }
  | { readonly kind: "tick" };

export interface Stepped {
  readonly state: Group;
  readonly tell: readonly IncidentNews[];
  /** When it must be woken, if nothing comes before. */
  readonly timers: readonly Date[];
  /** The incidents that are not as they were. */
  readonly changed: readonly Incident[];
  /** What is to be written into their timelines. */
  readonly entries: readonly Entry[];
}

/** What has no end of its own is over after so long without news. */
const passes = days(1);
/** Of what is affected, so much is in the group's list. */
const fewAffected = 3;

const few = (tags: NonNullable<Outgoing["tags"]>): NonNullable<Incident["tags"]> =>
  Object.fromEntries(
    Object.entries(tags)
      .slice(0, 10)
      .map(([name, values]) => [
        cut(name, 128),
        values.slice(0, 5).map((value) => cut(value, 256)),
      ]),
  );

/**
 * What a message is about: what repeats under the same key is one incident. Without a key it is the
 * same where it says the same.
 */
export const keyOf = ({ key, unit, title }: Pick<Outgoing, "key" | "unit" | "title">): string =>
  key ?? `${unit}: ${title}`;
export const incidentId = (
  message: Pick<Outgoing, "key" | "unit" | "title" | "account" | "region">,
): string => `inc.${digest([message.account, message.region, keyOf(message)]).slice(0, 16)}`;
export const labelsOf = (message: Outgoing, family: string): Labels => ({
  severity: message.severity,
  family,
  unit: message.unit,
  account: message.account,
  region: message.region,
  key: cut(keyOf(message), 500),
});

/** What a step goes by beside the group and what happens to it. */
export interface Circumstances {
  readonly now: Date;
  readonly settings: MachineSettings;
  /** Incidents of all groups that inhibit others. */
  readonly sources?: readonly IncidentSource[];
}

function taking(state: Group, input: Input, { now, settings }: Circumstances): Done {
  if (input.kind === "signal") return signal(state, input, now, settings);
  return input.kind === "act" ? actOn(state, input, now, settings) : nothing(state);
}

/** What becomes of a group when something happens. */
export function step(state: Group, input: Input, circumstances: Circumstances): Stepped {
  const { now, settings, sources = [] } = circumstances;
  const done = taking(state, input, circumstances);
  if (input.kind === "signal" && input.more)
    return { ...done, state: done.group, tell: [], timers: [] };
  const woken = passTime(done.group, now);
  const looked = lookAt(woken.group, now, settings, sources);
  return {
    state: { ...looked.group, next: looked.next },
    tell: [...done.news, ...looked.news].map((news) => ({
      ...news,
      incidents: news.incidents.toSorted(worstFirst),
    })),
    timers: looked.next ? [looked.next] : [],
    changed: [...new Map([...done.changed, ...woken.changed].map((one) => [one.id, one])).values()],
    entries: [...done.entries, ...woken.entries, ...looked.entries],
  };
}

/** What one input does, before time is looked at. */
export interface Done {
  readonly group: Group;
  readonly news: readonly IncidentNews[];
  readonly changed: readonly Incident[];
  readonly entries: readonly Entry[];
}
const nothing = (group: Group): Done => ({ group, news: [], changed: [], entries: [] });

function opened(message: Outgoing, family: string, now: Date, group: Group): Incident {
  return {
    id: incidentId(message),
    labels: labelsOf(message, family),
    group: group.id,
    state: "open",
    title: cut(plain(message.title), 300),
    openedAt: message.at,
    at: message.at,
    count: 1,
    passing: message.key === undefined || message.severity === "info",
    affected: (message.affected ?? []).slice(0, fewAffected).map((one) => cut(plain(one), 200)),
    link: message.link && cut(message.link, 1_000),
    runbook: message.runbook && cut(message.runbook, 500),
    tags: message.tags && few(message.tags),
    // Nobody can be called before it is known.
    calledFrom: now,
    called: 0,
    listed: true,
  };
}

/** A signal, with what it is about. */
interface Heard {
  readonly id: string;
  readonly message: Outgoing;
  readonly family: string;
}

const heardEntry = ({ id, message }: Heard, what: Happening, text: string): Entry => ({
  of: id,
  key: message.id,
  at: message.at,
  what,
  text,
});

/** Only its timeline says that it was heard. */
const noted = (group: Group, heard: Heard, what: Happening, text: string): Done => ({
  ...nothing(group),
  entries: [heardEntry(heard, what, `${text}: ${heard.message.title}`)],
});

function signal(
  group: Group,
  { message, family, known }: Extract<Input, { kind: "signal" }>,
  now: Date,
  settings: MachineSettings,
): Done {
  const heard: Heard = { id: incidentId(message), message, family };
  const was = group.incidents.find(({ id }) => id === heard.id) ?? known;
  if (message.closes) return closing(group, heard, was);
  const doubt = doubtOf(message);
  if (was && was.state !== "resolved" && doubt !== undefined)
    return noted(group, heard, "unconfirmed", doubt);
  const begun = fresh(group, message.at, now, settings);
  if (!was)
    return {
      ...placed(begun, opened(message, family, now, group), settings),
      entries: [heardEntry(heard, "opened", message.title)],
    };
  if (was.state !== "resolved") return comingAgain(begun, heard, was, settings);
  if (!was.resolvedAt || message.at > was.resolvedAt) {
    const again = reopened(group, heard, was, now);
    const entries = [heardEntry(heard, "reopened", message.title)];
    return { ...placed(begun, again, settings), entries };
  }
  const late = noted(group, heard, "late", "An older event came late, after it was over");
  return { ...late, changed: [{ ...was, count: was.count + 1 }] };
}

/**
 * It is said to be over: believed where the state was read and says so too, and where there is no
 * state, of AWS's own word.
 */
function closing(group: Group, heard: Heard, was: Incident | undefined): Done {
  const { message } = heard;
  if (!was || was.state === "resolved") return nothing(group);
  if (message.at < was.at)
    return noted(group, heard, "late", "An older event said that it was over, and came late");
  if (!("confirmed" in message && message.confirmed))
    return noted(
      group,
      heard,
      "unconfirmed",
      "An event says that it is over; the state does not say so, or was not read",
    );
  const over: Incident = {
    ...was,
    state: "resolved",
    was: was.state,
    at: message.at,
    resolvedAt: message.at,
  };
  const text = `${message.title}; ${becauseOver(message)}`;
  return { ...resolved(group, over), entries: [heardEntry(heard, "resolved", text)] };
}

/** Why it is believed that it is over. */
function becauseOver(message: Outgoing): string {
  if (message.kind !== "signal" || !message.asSaid) return "the state was read and says so too";
  if (message.unread) return `AWS itself says so, which was not read: ${message.unread}`;
  return "AWS itself says so, and there is no state to read";
}

/** After it was over. */
function reopened(
  group: Group,
  { id, message, family }: Heard,
  was: Incident,
  now: Date,
): Incident {
  if (!group.incidents.some((incident) => incident.id === id))
    return { ...opened(message, family, now, group), count: was.count + 1 };
  // Nobody was told yet that it was over: then it never was, and whoever took it has it still.
  const state = was.was ?? "open";
  return { ...repeated(was, message), state, was: undefined, resolvedAt: undefined };
}

/** While it is open. What has become worse is told as if it were new. */
function comingAgain(begun: Group, heard: Heard, was: Incident, settings: MachineSettings): Done {
  const { id, message } = heard;
  const again = repeated(was, message);
  const worsens = again.labels.severity !== was.labels.severity;
  const group = worsens ? untold(begun, id) : begun;
  const text = worsens ? `It is ${again.labels.severity} now: ${message.title}` : message.title;
  const entries = [heardEntry(heard, worsens ? "worse" : "again", text)];
  if (was.listed) return { group: replaced(group, again), news: [], changed: [again], entries };
  const uncounted = { ...group, more: counted(group.more, was, -1) };
  return { ...placed(uncounted, again, settings), entries };
}

/** As if nobody had been told of it. */
function untold(group: Group, id: string): Group {
  if (!group.told) return group;
  const firing = group.told.firing.filter((told) => told !== id);
  return { ...group, told: { ...group.told, firing } };
}

/** Why what an event says to be over is not: nothing has become of it then. */
const doubtOf = (message: Outgoing): string | undefined =>
  message.kind === "signal" && !message.closes ? message.doubt : undefined;

/** It came again: the newest words of the worst. */
function repeated(was: Incident, message: Outgoing): Incident {
  const least = isWorse(was.labels.severity, message.severity);
  return {
    ...was,
    labels: { ...was.labels, severity: least ? was.labels.severity : message.severity },
    title: least || message.at < was.at ? was.title : cut(plain(message.title), 300),
    at: message.at > was.at ? message.at : was.at,
    count: was.count + 1,
    passing: was.passing && message.severity === "info",
    affected: [
      ...new Set([...was.affected, ...(message.affected ?? []).map((one) => cut(plain(one), 200))]),
    ].slice(0, fewAffected),
  };
}

const replaced = (group: Group, incident: Incident): Group => ({
  ...group,
  incidents: group.incidents.map((one) => (one.id === incident.id ? incident : one)),
});

function placed(
  group: Group,
  incident: Incident,
  settings: MachineSettings,
): Omit<Done, "entries"> {
  const { group: after_, changed } = place(group, incident, settings.listed);
  return { group: after_, news: [], changed };
}

/** Over: told at the next look, as all that ends. */
const resolved = (group: Group, over: Incident): Omit<Done, "entries"> => ({
  group: over.listed
    ? replaced(group, over)
    : { ...group, more: { ...counted(group.more, over, -1), resolved: group.more.resolved + 1 } },
  news: [],
  changed: [over],
});

/** A group in which nothing is left waits anew, unless it has only just become so. */
function fresh(group: Group, at: Date, now: Date, { wait, forget }: MachineSettings): Group {
  const known = group.emptySince === undefined || after(group.emptySince, forget) > now;
  const begun: Group = { ...group, emptySince: undefined };
  // What is older than that has waited long enough.
  const old = after(at, wait) < now;
  if (known) return !group.flushed && old && group.tick > now ? { ...begun, tick: now } : begun;
  return { ...begun, flushed: false, tick: old ? now : after(now, wait) };
}

/** Snoozes that end, and what ends by itself. */
function passTime(group: Group, now: Date): Done {
  const changed: Incident[] = [];
  const entries: Entry[] = [];
  const says = (of: string, what: Happening, text: string) =>
    void entries.push({ of, key: `${what}.${now.toISOString()}`, at: now, what, text });
  let after_ = group;
  for (const one of group.incidents) {
    if (one.state === "snoozed" && one.snoozedUntil && one.snoozedUntil <= now) {
      const awake: Incident = {
        ...one,
        state: "open",
        snoozedUntil: undefined,
        calledFrom: now,
        called: 0,
      };
      changed.push(awake);
      says(one.id, "awake", "The snooze is over, and it is still open");
      after_ = untold(replaced(after_, awake), one.id);
    } else if (one.state !== "resolved" && ended(one) <= now && changed.length < mostAtOnce) {
      const over: Incident = { ...one, state: "resolved", resolvedAt: now, listed: false };
      changed.push(over);
      says(
        one.id,
        "ended",
        `It was not heard of for ${inWords(passes)}, and has no end of its own`,
      );
      after_ = withoutIncident(after_, one.id);
    }
  }
  return { group: after_, news: [], changed, entries };
}
/** A transaction takes 100 items: the rest is ended in the next step. */
const mostAtOnce = 10;
const never = new Date(8.64e15);
const ended = ({ passing, at }: Incident): Date => (passing ? after(at, passes) : never);

/** The look at the group if it is time, then who is to be called, then when to look again. */
function lookAt(
  given: Group,
  now: Date,
  settings: MachineSettings,
  sources: readonly IncidentSource[],
) {
  const entries: Entry[] = [];
  const news: IncidentNews[] = [];
  const seen = see(given, sources, settings);
  // A look that is late is made now; those at which there was nothing to do are skipped.
  const first = !given.flushed && given.tick <= now && !isEmpty(given);
  let group = given;
  if (first || (given.due && given.due <= now)) {
    const flushed = flush(given, seen, now, settings);
    group = flushed.group;
    if (flushed.news) news.push(flushed.news);
  } else if (group.flushed) group = { ...group, tick: tickAfter(group.tick, now, settings, true) };

  const told = new Set(group.told?.firing);
  const called = escalate(
    seen.firing.filter(({ id }) => told.has(id)),
    now,
    settings,
  );
  if (called.length) {
    const calls = [...new Set(called.flatMap(({ people }) => people))];
    const nobody = [...new Set(called.flatMap(({ nobody: keys }) => keys))];
    for (const { incident } of called) group = replaced(group, incident);
    const [first] = news;
    if (first) news[0] = { ...first, calls };
    else
      news.push({
        why: "escalated",
        group: group.id,
        incidents: called.map(({ incident }) => shownIncident(incident)),
        calls,
      });
    const text = [
      calls.length ? `called ${calls.map(settings.nameOf ?? String).join(", ")}` : "",
      nobody.length ? `nobody is on for ${nobody.join(", ")}` : "",
    ]
      .filter(Boolean)
      .join("; ");
    const incidents = called.map(({ incident: { id } }) => id);
    entries.push({
      of: group.id,
      key: `escalated.${now.toISOString()}`,
      at: now,
      what: "escalated",
      text,
      incidents,
    });
  }
  const empty = isEmpty(group);
  const after_ = see(group, sources, settings);
  group = {
    ...group,
    due: dueAt(group, after_, settings),
    emptySince: empty ? (group.emptySince ?? now) : undefined,
  };
  return { group, news, entries, next: nextOf(group, after_, settings) };
}

/** The earliest of all that waits for a time. */
function nextOf(
  group: Group,
  { firing, inhibited }: Seen,
  settings: MachineSettings,
): Date | undefined {
  const told = new Set(group.told?.firing);
  const times = group.incidents.flatMap((one) => {
    if (one.state === "resolved") return [];
    const due =
      told.has(one.id) && (firing.includes(one) || inhibited.includes(one))
        ? nextCall(one, settings)
        : undefined;
    // Nothing else says when what inhibits it has ended: looked at with the group.
    const call = due && inhibited.includes(one) ? tickAfter(group.tick, due, settings, false) : due;
    return [
      call,
      one.state === "snoozed" ? one.snoozedUntil : undefined,
      one.passing ? ended(one) : undefined,
    ];
  });
  const all = [group.due, ...times].filter((time) => time !== undefined);
  return all.length ? new Date(Math.min(...all.map((time) => time.getTime()))) : undefined;
}
