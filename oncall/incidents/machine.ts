/**
 * What becomes of a group of incidents when something happens: a message comes, a person acts, time
 * passes. Pure: what it gives is written by whoever asks, all of it or nothing.
 */

import { incidentId, keyOf } from "../../messages/incident-id.ts";
import { aloneOf, type Outgoing } from "../../messages/outgoing.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { isWorse } from "../../sdk/severity.ts";
import { after, days, hours, inWords } from "../../sdk/time.ts";
import { type Act, actOn } from "./act.ts";
import type { About } from "./audience.ts";
import { awakeCall, type Called, callWhileHeld, escalate, nextCall } from "./escalate.ts";
import { dueAt, flush, isEmpty, type Seen, see, tickAfter } from "./grouping.ts";
import {
  countedIn,
  isListed,
  moveUp,
  place,
  replaced,
  uncounted,
  withoutIncident,
} from "./place.ts";
import type { MachineSettings } from "./settings.ts";
import type { Entry, Group, Happening, Incident, IncidentSource, Labels, Thread } from "./store.ts";
import { type AddressedNews, Teller } from "./teller.ts";

export type { Act } from "./act.ts";

export type Input =
  /**
   * `known`: the incident as the ledger has it, where there is one. `more`: others come with it,
   * and nothing is told before them. `told`: it was told by itself, as it came.
   */
  | {
      readonly kind: "signal";
      readonly message: Outgoing;
      readonly family: string;
      readonly known: Incident | undefined;
      readonly more?: boolean;
      readonly told?: boolean | undefined;
    }
  | { readonly kind: "act"; readonly act: Act; readonly known: Incident; readonly more?: boolean }
  | { readonly kind: "tick" };

export interface Stepped {
  readonly state: Group;
  readonly tell: readonly AddressedNews[];
  /** When it must be woken, if nothing comes before. */
  readonly timers: readonly Date[];
  /** The incidents that are not as they were. */
  readonly changed: readonly Incident[];
  /** What is to be written into their timelines. */
  readonly entries: readonly Entry[];
  /** The look that was made notified: what it saw. */
  readonly saw?: Pick<Seen, "firing" | "resolved"> | undefined;
}

/** What has no end of its own is over after so long without news. */
const passes = days(1);
/** Of what is affected, so much is in the group's list. */
const fewAffected = 3;

/** So many characters of tags are kept. */
const mostTags = 2_000;
function few(tags: NonNullable<Outgoing["tags"]>): NonNullable<Incident["tags"]> {
  const kept: Record<string, string[]> = {};
  let left = mostTags;
  for (const [name, values] of Object.entries(tags).slice(0, 10)) {
    const some = values.slice(0, 5).map((value) => cut(value, 256));
    left -= name.length + some.join("").length;
    if (left < 0) break;
    kept[cut(name, 128)] = some;
  }
  return kept;
}

export const aboutMessage = (message: Outgoing, family: string): About => ({
  labels: labelsOf(message, family),
  ...(message.tags && { tags: few(message.tags) }),
});
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
  /** Of those that the group only counts, the first that wait for a place in its list. */
  readonly waiting?: readonly Incident[];
}

function taking(state: Group, input: Input, { now, settings }: Circumstances): Done {
  if (input.kind === "signal") return signal(state, input, now, settings);
  return input.kind === "act" ? actOn(state, input, now, settings) : nothing(state);
}

/** What becomes of a group when something happens. */
export function step(state: Group, input: Input, circumstances: Circumstances): Stepped {
  const { now, settings, sources = [], waiting = [] } = circumstances;
  const done = taking(state, input, circumstances);
  if (input.kind !== "tick" && input.more)
    return { ...done, state: done.group, tell: [], timers: [] };
  const woken = passTime(done.group, now, settings);
  const group = moveUp(woken.group, waiting, settings.listed, now);
  const teller = new Teller(group, settings.audience, now);
  teller.endShown(woken.gone);
  say(teller, now, settings);
  const looked = lookAt(teller, now, settings, sources);
  return {
    state: { ...looked.group, next: looked.next },
    tell: teller.told,
    timers: looked.next ? [looked.next] : [],
    changed: [...new Map([...done.changed, ...woken.changed].map((one) => [one.id, one])).values()],
    entries: [...done.entries, ...woken.entries, ...looked.entries],
    saw: looked.saw,
  };
}

/** What one input does, before time is looked at. */
export interface Done {
  readonly group: Group;
  readonly changed: readonly Incident[];
  readonly entries: readonly Entry[];
}
const nothing = (group: Group): Done => ({ group, changed: [], entries: [] });

function opened(heard: Heard, { now, settings }: When, group: Group): Incident {
  const { id, message, family } = heard;
  return {
    id,
    labels: labelsOf(message, family),
    thread: aloneThread(heard, settings),
    group: group.id,
    state: "open",
    title: cut(plain(message.title), 300),
    openedAt: message.at,
    at: message.at,
    count: 1,
    passing: isPassing(message),
    affected: (message.affected ?? []).slice(0, fewAffected).map((one) => cut(plain(one), 200)),
    link: message.link && cut(message.link, 1_000),
    runbook: message.runbook && cut(message.runbook, 500),
    tags: message.tags && few(message.tags),
    // Nobody can be called before it is known.
    calledFrom: now,
    called: 0,
  };
}

/** A signal, with what it is about. */
interface Heard {
  readonly id: string;
  readonly message: Outgoing;
  readonly family: string;
  /** It was told by itself already, when incidents were away. */
  readonly told: boolean;
}

/**
 * What was told as it came stands by itself where it was told: there its end is told, unless the
 * incident is told anew before. Nobody has heard of what was muted, or came in quiet hours.
 */
function aloneThread(
  { message, family, told }: Heard,
  { audience }: MachineSettings,
): Thread | undefined {
  const about = aboutMessage(message, family);
  if (!told || audience?.held(about, message.at)) return undefined;
  return { id: aloneOf(message), ...(audience && { to: audience.of(about) }) };
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
  { message, family, known, told = false }: Extract<Input, { kind: "signal" }>,
  now: Date,
  settings: MachineSettings,
): Done {
  const heard: Heard = { id: incidentId(message), message, family, told };
  const listed = group.incidents.find(({ id }) => id === heard.id);
  const was = listed && known ? { ...known, ...listed } : (listed ?? known);
  if (message.closes) return closing(group, heard, was, { now, settings });
  const doubt = doubtOf(message);
  if (was && was.state !== "resolved" && doubt !== undefined)
    return noted(group, heard, "unconfirmed", doubt);
  const begun = fresh(group, message.at, now, settings);
  if (!was)
    return {
      ...place(begun, opened(heard, { now, settings }, group), settings.listed),
      entries: [heardEntry(heard, "opened", message.title)],
    };
  if (was.state !== "resolved") return comingAgain(begun, heard, was, { now, settings });
  // By its newest event, and not by when somebody said that it was over: it may have begun before.
  if (message.at > was.at) return reopened(begun, heard, was, { now, settings });
  const late = noted(group, heard, "late", "An older event came late, after it was over");
  return { ...late, changed: [{ ...was, count: was.count + 1 }] };
}

/**
 * It is said to be over: believed where the state was read and says so too, and where there is no
 * state, of AWS's own word.
 */
function closing(group: Group, heard: Heard, was: Incident | undefined, when: When): Done {
  const { message } = heard;
  const { listed } = when.settings;
  if (!was || was.state === "resolved") return overAlready(group, heard, was, when);
  if (message.at < was.at)
    return noted(group, heard, "late", "An older event said that it was over, and came late");
  if (!isConfirmed(message))
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
    unsaid: undefined,
    // Begun and ended while incidents were away: both were told as they came.
    thread: heard.told && was.thread?.id === aloneOf(message) ? undefined : was.thread,
  };
  const text = `${message.title}; ${becauseOver(message)}`;
  const entries = [heardEntry(heard, "resolved", text)];
  // Told at the next look, as all that ends; also what had to make room after it was told.
  if (isListed(group, was.id) || over.thread)
    return { ...place(uncounted(group, was), over, listed), entries };
  const left = uncounted(group, was);
  // Nobody has heard that it began.
  if (!countedIn(group, was)) return { group: left, changed: [over], entries };
  const more = { ...left.more, resolved: left.more.resolved + 1 };
  return { group: { ...left, more }, changed: [over], entries };
}

/** Whether it was read that it is over, or AWS's own word is all there is. */
const isConfirmed = (message: Outgoing): boolean =>
  "confirmed" in message && message.confirmed === true;

/**
 * An end of what is not open may have overtaken its beginning: until when it was over is kept, and
 * nobody is told.
 */
function overAlready(group: Group, heard: Heard, was: Incident | undefined, when: When): Done {
  const { message } = heard;
  if (!isConfirmed(message) || (was && message.at <= was.at)) return nothing(group);
  const over: Incident = was
    ? { ...was, at: message.at }
    : {
        ...opened(heard, when, group),
        state: "resolved",
        resolvedAt: message.at,
        count: 0,
        thread: undefined,
      };
  const kept = isListed(group, over.id) ? replaced(group, over) : group;
  return { group: kept, changed: [over], entries: [] };
}

/** When, and by which settings. */
interface When {
  readonly now: Date;
  readonly settings: MachineSettings;
}

/** Why it is believed that it is over. */
function becauseOver(message: Outgoing): string {
  if (message.kind !== "signal" || !message.asSaid) return "the state was read and says so too";
  if (message.unread) return `AWS itself says so, which was not read: ${message.unread}`;
  return "AWS itself says so, and there is no state to read";
}

/** After it was over. */
function reopened(begun: Group, heard: Heard, was: Incident, { now, settings }: When): Done {
  const what = was.count === 0 ? "opened" : "reopened";
  const entries = [heardEntry(heard, what, heard.message.title)];
  const isEnding = isListed(begun, heard.id);
  // Nobody was told yet that it was over: then it never was, and whoever took it has it still.
  if (isEnding && !was.unsaid) {
    const back: Incident = {
      ...repeated(was, heard.message),
      state: was.was ?? "open",
      was: undefined,
      resolvedAt: undefined,
    };
    return { ...place(begun, back, settings.listed), entries };
  }
  const anew = { ...opened(heard, { now, settings }, begun), count: was.count + 1 };
  // A person has just said that it is over: it stands in a thread that nobody has ended yet.
  const thread = was.thread ?? anew.thread;
  const standing: Incident = isEnding ? { ...anew, thread } : anew;
  const group = isEnding ? withoutIncident(begun, heard.id) : begun;
  return { ...place(group, standing, settings.listed), entries };
}

/**
 * While it is open. What has become worse is told as if it were new, and so is what has happened
 * once more since somebody took it.
 */
function comingAgain(begun: Group, heard: Heard, was: Incident, { now, settings }: When): Done {
  const { id, message } = heard;
  const again = withAlone(repeated(was, message), heard, settings);
  const worsens = again.labels.severity !== was.labels.severity;
  const recurs = !worsens && isAnother(was, message);
  const [what, text] = happening({ again, was, worsens, recurs }, message);
  const entries = [heardEntry(heard, what, text)];
  const group = uncounted(begun, was);
  if (!worsens && !recurs) return { ...place(group, again, settings.listed), entries };
  const anew: Incident = {
    ...again,
    state: "open",
    by: undefined,
    snoozedUntil: undefined,
    unsaid: undefined,
    calledFrom: now,
    called: 0,
  };
  return { ...place(untold(group, id), anew, settings.listed), entries };
}

/** Told as it came while it stood as an incident already, it stands twice. */
function withAlone(again: Incident, heard: Heard, settings: MachineSettings): Incident {
  const id = aloneThread(heard, settings)?.id;
  if (id === undefined || id === again.thread?.id) return again;
  const alone = [...new Set([...(again.alone ?? []), id])].slice(-mostAlone);
  return { ...again, alone };
}
/** What has a key stands by itself once, however often it comes. */
const mostAlone = 5;

interface Again {
  readonly again: Incident;
  readonly was: Incident;
  readonly worsens: boolean;
  readonly recurs: boolean;
}
function happening({ again, was, worsens, recurs }: Again, { title }: Outgoing) {
  if (worsens) return ["worse", `It is ${again.labels.severity} now: ${title}`] as const;
  if (recurs)
    return ["reopened", `It has happened again since ${was.by} took it: ${title}`] as const;
  return ["again", title] as const;
}

/**
 * Whether it is something that whoever took it has not seen: of what has no end of its own each, of
 * all else what comes again long after.
 */
function isAnother(was: Incident, message: Outgoing): boolean {
  if (was.state !== "acknowledged") return false;
  // Each is one of its own, in whatever order they come: nobody has seen it.
  if (message.occurs) return true;
  if (message.occurs === false || message.at <= was.at) return false;
  return was.passing || message.at > after(was.at, passes);
}

/** As if nobody had been told of it. */
function untold(group: Group, id: string): Group {
  if (!group.told) return group;
  const firing = group.told.firing.filter((told) => told !== id);
  return { ...group, told: { ...group.told, firing } };
}

/** It has no end of its own. */
const isPassing = ({ key, severity, passing = false }: Outgoing): boolean =>
  key === undefined || severity === "info" || passing;

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
    passing: was.passing && isPassing(message),
    affected: [
      ...new Set([
        ...(was.affected ?? []),
        ...(message.affected ?? []).map((one) => cut(plain(one), 200)),
      ]),
    ].slice(0, fewAffected),
  };
}

/** A group in which nothing is left waits anew, unless it has only just become so. */
function fresh(group: Group, at: Date, now: Date, { wait, forget }: MachineSettings): Group {
  const known = group.emptySince === undefined || after(group.emptySince, forget) > now;
  const begun: Group = { ...group, emptySince: undefined };
  // What is older than that has waited long enough.
  const old = after(at, wait) < now;
  if (known) return !group.flushed && old && group.tick > now ? { ...begun, tick: now } : begun;
  return { ...begun, flushed: false, tick: old ? now : after(now, wait) };
}

/** What time alone has changed. */
interface Woken extends Done {
  /** What is over because nothing was heard of it. */
  readonly gone: readonly Incident[];
}

/** Snoozes that end, mutes and quiet hours that begin and end, and what ends by itself. */
function passTime(group: Group, now: Date, settings: MachineSettings): Woken {
  const changed: Incident[] = [];
  const gone: Incident[] = [];
  const entries: Entry[] = [];
  const says = (of: string, what: Happening, text: string) =>
    void entries.push({ of, key: `${what}.${now.toISOString()}`, at: now, what, text });
  let passed = group;
  for (const one of group.incidents) {
    if (one.state === "snoozed" && one.snoozedUntil && one.snoozedUntil <= now) {
      if (changed.length >= mostAtOnce) continue;
      const awake: Incident = {
        ...one,
        state: "open",
        snoozedUntil: undefined,
        calledFrom: now,
        called: 0,
      };
      changed.push(awake);
      says(one.id, "awake", "The snooze is over, and it is still open");
      passed = untold(replaced(passed, awake), one.id);
    } else if (one.state !== "resolved" && ended(one) <= now && changed.length < mostAtOnce) {
      const over: Incident = { ...one, state: "resolved", resolvedAt: now };
      changed.push(over);
      gone.push(over);
      says(
        one.id,
        "ended",
        `It was not heard of for ${inWords(passes)}, and has no end of its own`,
      );
      passed = withoutIncident(passed, one.id);
    }
  }
  return { group: holding(passed, now, settings), changed, entries, gone };
}
/** A transaction takes 100 items: the rest is ended in the next step. */
const mostAtOnce = 10;
const never = new Date(8.64e15);
const ended = ({ passing, at }: Incident): Date => (passing ? after(at, passes) : never);

/**
 * What is muted now, or within quiet hours; what is so no longer and still open is told, and called
 * for, as if it were new.
 */
function holding(group: Group, now: Date, settings: MachineSettings): Group {
  const { audience } = settings;
  if (!audience) return group;
  let held = group;
  for (const one of group.incidents) {
    if (one.state !== "open") continue;
    const until = audience.held(one, now);
    const awake = until && !until.mute ? awakeCall(one, now, settings) : undefined;
    if (awake !== undefined) {
      held = one.held ? replaced(held, calledFor(one, awake)) : held;
    } else if (until) {
      const known = one.thread !== undefined;
      held = replaced(held, { ...one, held: { ...until, noted: one.held?.noted ?? known } });
    } else if (one.held) {
      const free: Incident = { ...one, held: undefined, calledFrom: now, called: 0 };
      held = untold(replaced(held, free), one.id);
    }
  }
  return held;
}

/** Told although it is quiet, for the call with this number; who sleeps is not called before it. */
const calledFor = (incident: Incident, number: number): Incident => ({
  ...incident,
  held: undefined,
  called: Math.max(incident.called, number),
});

/** When what people did is to be told: at once, where nothing else was told just before. */
function saidFrom({ saidAt, incidents }: Group, { gather }: MachineSettings): Date | undefined {
  if (!incidents.some(({ unsaid }) => unsaid)) return undefined;
  return saidAt ? after(saidAt, gather) : new Date(0);
}

/** Tells what people did, together where they did the same. */
function say(teller: Teller, now: Date, settings: MachineSettings): void {
  const at = saidFrom(teller.group, settings);
  if (at === undefined || at > now) return;
  const unsaid = teller.group.incidents.filter((one) => one.unsaid);
  for (const some of Map.groupBy(unsaid, ({ unsaid: what, by }) => `${what} ${by}`).values()) {
    const [first] = some;
    if (first?.unsaid) teller.follow(some, first.unsaid);
  }
  let { group } = teller;
  for (const one of group.incidents.filter(({ unsaid: what }) => what)) {
    const isOver = one.state === "resolved";
    group = isOver
      ? withoutIncident(group, one.id)
      : replaced(group, { ...one, unsaid: undefined });
  }
  teller.group = { ...group, saidAt: now };
}

/** The look at the group if it is time, then who is to be called, then when to look again. */
function lookAt(
  teller: Teller,
  now: Date,
  settings: MachineSettings,
  sources: readonly IncidentSource[],
) {
  const { group: given } = teller;
  const seen = see(given, sources, settings);
  // A look that is late is made now; those at which there was nothing to do are skipped.
  const first = !given.flushed && given.tick <= now && !isEmpty(given);
  let notified = false;
  if (first || (given.due && given.due <= now)) notified = flush(teller, seen, now, settings);
  else if (given.flushed)
    teller.group = { ...given, tick: tickAfter(given.tick, now, settings, true) };
  const entries = callFor(teller, see(teller.group, sources, settings), now, settings);
  const left = see(teller.group, sources, settings);
  const { emptySince } = teller.group;
  const group: Group = {
    ...teller.group,
    due: dueAt(teller.group, left, settings),
    emptySince: isEmpty(teller.group) ? (emptySince ?? now) : undefined,
  };
  const saw = notified ? seen : undefined;
  return { group, entries, saw, next: nextOf(group, left, now, settings) };
}

/** Calls for what was told and nobody has taken. */
function callFor(
  teller: Teller,
  { firing }: Seen,
  now: Date,
  settings: MachineSettings,
): readonly Entry[] {
  const told = new Set(teller.group.told?.firing);
  const called = escalate(
    firing.filter(({ id }) => told.has(id)),
    now,
    settings,
  );
  if (!called.length) return [];
  for (const { incident } of called) teller.group = replaced(teller.group, incident);
  const people = new Map(called.map((one) => [one.incident.id, one.people]));
  teller.call(
    called.map(({ incident }) => incident),
    (id) => people.get(id) ?? [],
    new Set(called.flatMap(({ incident, last }) => (last ? [incident.id] : []))),
  );
  return [calledEntry(teller.group, called, now, settings)];
}

function calledEntry(
  group: Group,
  called: readonly Called[],
  now: Date,
  { nameOf = String }: MachineSettings,
): Entry {
  const calls = [...new Set(called.flatMap(({ people }) => people))];
  const nobody = [...new Set(called.flatMap(({ nobody: keys }) => keys))];
  const text = [
    calls.length ? `called ${calls.map(nameOf).join(", ")}` : "",
    nobody.length ? `nobody is on for ${nobody.join(", ")}` : "",
    called.every(({ last }) => last) ? "nobody else will be called" : "",
  ]
    .filter(Boolean)
    .join("; ");
  const incidents = called.map(({ incident: { id } }) => id);
  const key = `escalated.${now.toISOString()}`;
  return { of: group.id, key, at: now, what: "escalated", text, incidents };
}

/** So often is looked whether what is muted still is: the settings may have changed. */
const mutesLookedAt = hours(1);

/** The earliest of all that waits for a time. */
function nextOf(
  group: Group,
  { firing, inhibited }: Seen,
  now: Date,
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
    const look = after(now, mutesLookedAt);
    return [
      call,
      one.state === "snoozed" ? one.snoozedUntil : undefined,
      one.passing ? ended(one) : undefined,
      one.held && (one.held.until < look ? one.held.until : look),
      one.held && !one.held.mute ? callWhileHeld(one, now, settings) : undefined,
    ];
  });
  const all = [group.due, saidFrom(group, settings), ...times].filter((time) => time !== undefined);
  return all.length ? new Date(Math.min(...all.map((time) => time.getTime()))) : undefined;
}
