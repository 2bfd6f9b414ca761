/**
 * Incidents: a group with what is told of it, each incident with its timeline, and what is looked
 * up beside. All that one step changes is one transaction on the group's version, so that
 * deliveries at once do not lose one another.
 */

import { keys } from "../../ledger/keys.ts";
import {
  absent,
  type Condition,
  type Item,
  type Key,
  type Step,
  type Store,
} from "../../ledger/store.ts";
import { ttlAfter } from "../../ledger/ttl.ts";
import type { IncidentShown } from "../../messages/incident-news.ts";
import type { MessageHeld } from "../../messages/outgoing.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Chart, Severity } from "../../sdk/message.ts";
import { severities } from "../../sdk/severity.ts";
import { days, type Span } from "../../sdk/time.ts";
import type { GroupLabel } from "../settings/on-call.ts";

/** What incidents are matched and grouped by. */
export interface Labels extends Readonly<Record<GroupLabel, string>> {
  /** The worst so far. */
  readonly severity: Severity;
}

/** The news that an incident stands in: what becomes of it is told there. */
export interface Thread {
  readonly id: string;
  /** Names of the channels that were told; the routes decide where absent. */
  readonly to?: readonly string[] | undefined;
}

/** It is not told for a while: muted, or within quiet hours. It is looked at again then. */
export interface IncidentHeld extends MessageHeld {
  /** It was written down for the digest. */
  readonly noted: boolean;
}

export interface Incident extends Omit<IncidentShown, "severity"> {
  readonly labels: Labels;
  readonly group: string;
  /** When its newest event happened, by the event's own time. */
  readonly at: Date;
  /** The state that it goes back to when it comes again before anybody was told that it is over. */
  readonly was?: "open" | "acknowledged" | "snoozed" | undefined;
  /** It has no end of its own: a day without news ends it, and nobody is told. */
  readonly passing: boolean;
  /** The first few; all that fit are in the head. */
  readonly affected?: readonly string[] | undefined;
  readonly link?: string | undefined;
  readonly runbook?: string | undefined;
  /** Of what is affected, where the message knew them: what routes and escalations match by. */
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
  /** When the clock of its escalation began, and how many steps were taken since. */
  readonly calledFrom: Date;
  readonly called: number;
  /** Absent: nobody was told of it since it began. */
  readonly thread?: Thread | undefined;
  /** The news that counted it without its name, until it is told by name. */
  readonly countedIn?: Thread | undefined;
  /** Where else it stands: it was told by itself too, while incidents were away. */
  readonly alone?: readonly string[] | undefined;
  readonly held?: IncidentHeld | undefined;
  /** What a person has done with it, and nobody was told of yet. */
  readonly unsaid?: "acknowledged" | "snoozed" | "resolved" | undefined;
}

/**
 * Counted, not listed: how many by severity, and how many of them ended since the last
 * notification.
 */
export interface More {
  readonly open: Readonly<Record<Severity, number>>;
  readonly resolved: number;
  /**
   * Taken, told and neither listed nor counted as open: how many are not over, by the thread in
   * which they stand.
   */
  readonly taken?: Readonly<Record<string, number>> | undefined;
}

/** As Alertmanager's aggregation group and its notification log. */
export interface Group {
  readonly id: string;
  /** What they have in common. */
  readonly labels: Readonly<Partial<Record<GroupLabel, string>>>;
  readonly account: string;
  readonly region: string;
  readonly incidents: readonly Incident[];
  readonly more: More;
  /** When it is looked at next, as Alertmanager does each `interval`. */
  readonly tick: Date;
  /** It was looked at since its first incident came. */
  readonly flushed: boolean;
  /** The look at which there will be something to do. */
  readonly due?: Date | undefined;
  /** When it must be woken: then, or for an escalation, the end of a snooze, a day without news. */
  readonly next?: Date | undefined;
  /** What the last notification said: ids, and how many were only counted. */
  readonly told?:
    | {
        readonly at: Date;
        readonly firing: readonly string[];
        readonly resolved: readonly string[];
        readonly more: number;
      }
    | undefined;
  /** Nothing is open in it, and all was told. */
  readonly emptySince?: Date | undefined;
  /** Notifications so far: they are numbered. */
  readonly sent: number;
  /**
   * When it was first there. With the number it names a notification, so that one that was forgotten
   * and begins again says nothing under a name that was used. Absent in what was stored before.
   */
  readonly born?: Date | undefined;
  /** The news that said last how many there are beside those that it lists, and when. */
  readonly counted?: { readonly thread: Thread; readonly at: Date } | undefined;
  /** When it was last told what people did: what they do at once is told together. */
  readonly saidAt?: Date | undefined;
}

/** An incident as it is kept: with what a message and a report show of it. */
export interface Head extends Incident {
  readonly facts: Readonly<Record<string, string>>;
  readonly all: readonly string[];
  readonly chart?: Chart | undefined;
  /** Where it stands among those that wait for a place in their group's list. */
  readonly waits?: string | undefined;
}

export type Happening =
  | "opened"
  | "again"
  | "worse"
  | "reopened"
  | "late"
  | "unconfirmed"
  | "resolved"
  | "ended"
  | "acknowledged"
  | "snoozed"
  | "awake"
  | "note"
  | "told"
  | "escalated";

/** One line of a timeline. Written once, never changed. */
export interface Entry {
  /** An incident's id, or a group's where it is about several. */
  readonly of: string;
  /** What it is known by: a message's or an act's id, so that the same twice is once. */
  readonly key: string;
  readonly at: Date;
  readonly what: Happening;
  readonly text: string;
  readonly by?: string | undefined;
  /** Ids, where it is about several. */
  readonly incidents?: readonly string[] | undefined;
}

/**
 * An event that only came again is remembered for longer than the watchdog looks back for untold
 * messages.
 */
const repeatsKept = days(9);
const timelineKept = days(400);
const closedKept = days(400);

export interface Loaded<T> {
  readonly body: T;
  readonly version: number;
}
const loaded = <T>(item: Item | undefined): Loaded<T> | undefined =>
  item && { body: item.body as T, version: item.version ?? 0 };

export const groupById = async (store: Store, id: string): Promise<Loaded<Group> | undefined> =>
  loaded(await store.get(keys.incidentGroup(id)));
export const headById = async (store: Store, id: string): Promise<Loaded<Head> | undefined> =>
  loaded(await store.get(keys.incident(id)));

/** One that cannot be read is in nobody's way: for looks at what is beside the matter itself. */
export async function readableHead(store: Store, id: string): Promise<Loaded<Head> | undefined> {
  try {
    return await headById(store, id);
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
    return undefined;
  }
}

const unchanged = (version: number | undefined): Condition =>
  version === undefined ? absent : { attr: "version", eq: version };

/** What only messages show is not in the group's list: it stays small, whatever is said. */
const onlyShown = ["affected", "link", "runbook", "facts", "all", "chart", "waits"] as const;
function listedIncident(incident: Incident): Incident {
  const slim: { -readonly [K in keyof Head]?: Head[K] } = { ...incident };
  for (const name of onlyShown) delete slim[name];
  return slim as Incident;
}
/** A group as the ledger has it. */
export const storedGroup = (group: Group): Group => ({
  ...group,
  incidents: group.incidents.map(listedIncident),
});

/** @param was the version that it was read with; nothing: it was not there */
export function writeGroup(group: Group, was: number | undefined, now: Date): Step {
  const over = group.emptySince !== undefined && group.next === undefined;
  return {
    put: {
      ...keys.incidentGroup(group.id),
      type: "incidents",
      version: (was ?? 0) + 1,
      body: storedGroup(group),
      // What the last notification said is needed for as long as one of them may come again soon.
      ...(over && { ttl: ttlAfter(now, days(30)) }),
    },
    if: unchanged(was),
  };
}

/** Of what has not begun, only the end is known: until its beginning cannot come any more. */
const keptOver = ({ count }: Head): Span => (count === 0 ? repeatsKept : closedKept);

export const writeHead = (head: Head, was: number | undefined, now: Date): Step => ({
  put: {
    ...keys.incident(head.id),
    type: "incident",
    state: head.state,
    version: (was ?? 0) + 1,
    body: head,
    ...(head.state === "resolved" && { ttl: ttlAfter(now, keptOver(head)) }),
  },
  if: unchanged(was),
});

export const writeEntry = (entry: Entry, now: Date): Step => ({
  put: {
    ...keys.incidentEntry(entry.of, entry.key),
    type: "happening",
    body: entry,
    ttl: ttlAfter(now, entry.what === "again" ? repeatsKept : timelineKept),
  },
  if: absent,
});

/** Moves a group's place among those that wait for a time; nothing where it stays. */
export function writeDue(group: string, was: Date | undefined, next: Date | undefined): Step[] {
  if (was?.getTime() === next?.getTime()) return [];
  return [
    ...(was ? [{ remove: dueKey(group, was) } satisfies Step] : []),
    ...(next
      ? [{ put: { ...dueKey(group, next), type: "due", body: { group, at: next } } } satisfies Step]
      : []),
  ];
}
const dueKey = (group: string, at: Date): Key => ({
  pk: keys.incidentsDue,
  sk: `${at.toISOString()}#${group}`,
});

/** Lists open incidents, and those that are over by the time of their end. */
export function writeListed(head: Head, was: Head | undefined, now: Date): Step[] {
  const [is, before] = [head.state !== "resolved", was !== undefined && was.state !== "resolved"];
  if (is === before) return [];
  const key = { pk: keys.incidentsOpen, sk: head.id };
  if (is) return [{ put: { ...key, type: "open", body: null } }];
  const closed = {
    pk: keys.incidentsClosed,
    sk: `${(head.resolvedAt ?? now).toISOString()}#${head.id}`,
  };
  return [
    { remove: key },
    { put: { ...closed, type: "closed", body: head.id, ttl: ttlAfter(now, closedKept) } },
  ];
}

/** Worst first, then the oldest. */
const waitsAt = ({ labels: { severity }, openedAt, id }: Incident): string =>
  `waits#${severities.length - severities.indexOf(severity)}#${openedAt.toISOString()}#${id}`;

/**
 * Keeps an open incident that its group only counts where the group finds it again.
 * @param waits whether it does now
 * @param from where it stood before; nothing where it is to be written in any case
 */
export function writeWaiting(head: Head, waits: boolean, from: string | undefined): [Head, Step[]] {
  const pk = keys.incidentGroup(head.group).pk;
  const sk = waits ? waitsAt(head) : undefined;
  if (sk === from) return [{ ...head, waits: sk }, []];
  return [
    { ...head, waits: sk },
    [
      ...(from === undefined ? [] : [{ remove: { pk, sk: from } } satisfies Step]),
      ...(sk === undefined
        ? []
        : [{ put: { pk, sk, type: "waits", body: head.id } } satisfies Step]),
    ],
  ];
}
export const noLongerWaiting = (head: Head): Step => ({
  remove: { pk: keys.incidentGroup(head.group).pk, sk: waitsAt(head) },
});

/** Those that wait for a place in a group's list, worst first. */
export async function waitingIn(store: Store, group: string, limit: number): Promise<string[]> {
  const { pk } = keys.incidentGroup(group);
  const found = await Array.fromAsync(store.query(pk, { prefix: "waits#", limit }));
  return found.map(({ body }) => body as string);
}

/** Keeps those that inhibit others where all groups find them. */
export function writeSource(incident: Incident, is: boolean, was: boolean): Step[] {
  const key = { pk: keys.incidentSources, sk: incident.id };
  if (is)
    return [
      { put: { ...key, type: "source", body: { labels: incident.labels, tags: incident.tags } } },
    ];
  return was ? [{ remove: key }] : [];
}

export interface IncidentSource {
  readonly id: string;
  readonly labels: Labels;
  readonly tags?: Incident["tags"];
}
/** So many are looked at: whoever has more that inhibit others has a rule that is too wide. */
const mostSources = 500;
export const sourcesIn = async (store: Store): Promise<IncidentSource[]> =>
  (await Array.fromAsync(store.query(keys.incidentSources, { limit: mostSources }))).map(
    ({ sk, body }) => ({ ...(body as Omit<IncidentSource, "id">), id: sk }),
  );

/** Groups whose time has passed. */
export async function* overdue(store: Store, until: Date): AsyncIterable<string> {
  for await (const { body } of store.query(keys.incidentsDue)) {
    const { group, at } = body as { readonly group: string; readonly at: Date };
    if (at > until) return;
    yield group;
  }
}

/** In order of time: what happened to it, and what was told of its group that names it. */
export async function timelineOf(
  store: Store,
  { id, group }: Pick<Incident, "id" | "group">,
): Promise<Entry[]> {
  const [own, shared] = await Promise.all(
    [id, group].map((of) =>
      Array.fromAsync(store.query(keys.incidentEntry(of, "").pk, { prefix: "at#" })),
    ),
  );
  const entries = [...(own ?? []), ...(shared ?? [])].map(({ body }) => body as Entry);
  return entries
    .filter(({ of, incidents }) => of === id || incidents?.includes(id))
    .sort(
      (a, b) =>
        a.at.getTime() - b.at.getTime() || Number(a.what === "told") - Number(b.what === "told"),
    );
}

export interface Listed {
  readonly heads: readonly Head[];
  /** How many there are beside those. */
  readonly more: number;
}
/** One that cannot be read hides no other: it is counted, and left out of the list. */
async function heads(store: Store, ids: readonly string[]): Promise<Head[]> {
  const found: Head[] = [];
  for (let from = 0; from < ids.length; from += 10) {
    const some = await Promise.all(ids.slice(from, from + 10).map((id) => readableHead(store, id)));
    found.push(...some.flatMap((one) => (one ? [one.body] : [])));
  }
  return found;
}

export async function openIncidents(store: Store, limit: number): Promise<Listed> {
  const ids = (await Array.fromAsync(store.query(keys.incidentsOpen))).map(({ sk }) => sk);
  const listed = await heads(store, ids.slice(0, limit));
  return { heads: listed, more: Math.max(0, ids.length - listed.length) };
}

/** Newest first; those that have come again are not among them. */
export async function closedIncidents(store: Store, limit: number): Promise<readonly Head[]> {
  const lines = await Array.fromAsync(
    store.query(keys.incidentsClosed, { reverse: true, limit: 2 * limit }),
  );
  const ids = [...new Set(lines.map(({ body }) => body as string))].slice(0, limit);
  return (await heads(store, ids)).filter(({ state }) => state === "resolved");
}
