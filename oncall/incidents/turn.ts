/**
 * One turn of a group: what it is asked, carried out on what the ledger has, as many at once as a
 * transaction takes.
 */
import type { Step, Store } from "../../ledger/store.ts";
import type { IncidentNews } from "../../messages/incident-news.ts";
import { post } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { digest, same, serialise } from "../../sdk/codec.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { isEmpty } from "./grouping.ts";
import { isSource } from "./inhibit.ts";
import { type Circumstances, step } from "./machine.ts";
import { messageOf, type NameOf } from "./message.ts";
import { aboutOf, headFrom, type IncidentOrder, inputOf, keyOfOrder } from "./order.ts";
import { fitting, isListed, roomIn } from "./place.ts";
import type { MachineSettings } from "./settings.ts";
import { stillOpen } from "./sources.ts";
import {
  type Entry,
  type Group,
  groupById,
  type Head,
  headById,
  type Incident,
  type Loaded,
  noLongerWaiting,
  readableHead,
  sourcesIn,
  storedGroup,
  waitingIn,
  writeDue,
  writeEntry,
  writeGroup,
  writeHead,
  writeListed,
  writeSource,
  writeWaiting,
} from "./store.ts";
import type { AddressedNews } from "./teller.ts";

/** What all turns have in common. */
export interface TurnHost {
  readonly store: Store;
  readonly settings: MachineSettings;
  readonly nameOf: NameOf | undefined;
  readonly familyOf: (unit: string) => string;
}

/** What is asked of a group. */
export interface GroupOrders {
  readonly group: string;
  readonly orders: readonly IncidentOrder[];
  /** As it begins where the ledger does not have it. */
  readonly fresh?: Group | undefined;
  /** Heads that were read already, by the incident's id. */
  readonly heads: ReadonlyMap<string, Loaded<Head> | undefined>;
}

export interface Turned {
  /** What needs no more. */
  readonly taken: ReadonlySet<IncidentOrder>;
  /** What cannot be done, and why. */
  readonly impossible?: ReadonlyMap<IncidentOrder, NotPossible>;
  /** Another was faster. */
  readonly lost: boolean;
  /** As it is written now, and when it was to be woken before; absent where nothing was written. */
  readonly written?: { readonly group: Group; readonly wasDue: Date | undefined };
  /** The group is not there any more. */
  readonly gone?: boolean;
}

/** A transaction takes 100 items: what one more order may add, and what is told, still fits. */
const mostSteps = 40;

/** So many more are looked for: of those that wait some may be what cannot be read. */
const spare = 10;

interface TurnGroups {
  readonly first: Group;
  readonly stored: Group | undefined;
}

/** What has become of the group so far. */
class Turn {
  group: Group;
  readonly changed = new Map<string, Head>();
  readonly entries: Entry[] = [];
  readonly news: AddressedNews[] = [];
  readonly taken = new Set<IncidentOrder>();
  readonly impossible = new Map<IncidentOrder, NotPossible>();
  readonly #host: TurnHost;
  readonly #heads: Map<string, Loaded<Head> | undefined>;
  #circumstances: Circumstances;
  readonly #was: Group | undefined;
  #waiting: readonly Head[] = [];

  constructor(
    host: TurnHost,
    groups: TurnGroups,
    read: GroupOrders["heads"],
    given: Circumstances,
  ) {
    this.group = groups.first;
    this.#was = groups.stored;
    this.#host = host;
    this.#heads = new Map(read);
    this.#circumstances = given;
  }

  get isFull(): boolean {
    return this.changed.size * 4 + this.entries.length + this.news.length * 2 > mostSteps;
  }

  /** As the ledger has it. */
  async stored(id: string): Promise<Loaded<Head> | undefined> {
    if (!this.#heads.has(id)) this.#heads.set(id, await headById(this.#host.store, id));
    return this.#heads.get(id);
  }

  /** As this turn has left it. */
  async head(id: string): Promise<Head | undefined> {
    return this.changed.get(id) ?? (await this.stored(id))?.body;
  }

  /** For whatever is only shown, or waits: one that cannot be read keeps nobody. */
  async readable(id: string): Promise<Head | undefined> {
    const known = this.changed.get(id) ?? this.#heads.get(id)?.body;
    return known ?? (await readableHead(this.#host.store, id))?.body;
  }

  /** What cannot be done is no reason not to do the rest. */
  async carryOut(order: IncidentOrder): Promise<void> {
    this.taken.add(order);
    try {
      await this.#step(order);
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
      this.impossible.set(order, error);
    }
  }

  /** Looks at the group: what has changed is told together, however old it is. */
  async look(): Promise<void> {
    await this.#findWaiting();
    const { store, settings } = this.#host;
    const { sources = [] } = this.#circumstances;
    const open = await stillOpen(store, sources, this.group, settings.inhibit);
    this.#circumstances = { ...this.#circumstances, sources: open };
    await this.#step({ kind: "tick" });
    const fits = fitting(storedGroup(this.group), (stored) => Buffer.byteLength(serialise(stored)));
    this.group = fits.group;
    for (const incident of fits.changed) await this.#keep(incident, { kind: "tick" });
  }

  /** Those that take a place in the list that is free. */
  async #findWaiting(): Promise<void> {
    const { store, settings } = this.#host;
    const { open } = this.group.more;
    const room = roomIn(this.group, settings.listed);
    if (open.info + open.warning + open.critical === 0 || room === 0) return;
    const heads = await Promise.all(
      (await waitingIn(store, this.group.id, room + spare)).map((id) => this.readable(id)),
    );
    const waiting = heads.flatMap((head) => (head?.state === "open" ? [head] : []));
    this.#waiting = waiting.slice(0, room);
  }

  async #step(order: IncidentOrder): Promise<void> {
    const about = aboutOf(order);
    const known = about === undefined ? undefined : await this.head(about);
    const input = inputOf(order, known, this.#host.familyOf);
    const done = step(this.group, input, { ...this.#circumstances, waiting: this.#waiting });
    this.group = done.state;
    for (const incident of done.changed) await this.#keep(incident, order);
    this.entries.push(...done.entries);
    this.news.push(...done.tell);
  }

  async #keep(incident: Incident, order: IncidentOrder): Promise<void> {
    this.changed.set(incident.id, headFrom(incident, order, await this.head(incident.id)));
  }

  /** What is told, as messages in the outbox; each stands in a timeline too. */
  async tell(now: Date): Promise<Step[]> {
    const { nameOf } = this.#host;
    const steps: Step[] = [];
    for (const telling of this.news) {
      const worst = telling.news.incidents[0];
      const head = worst && (await this.readable(worst.id));
      const about = { group: this.group, head, ...(nameOf && { nameOf }) };
      const message = messageOf(telling, about, now);
      steps.push(post("incident", message));
      this.entries.push(toldEntry(telling.news, message));
    }
    return steps;
  }

  /** The heads that are not as they were, and the lists that they stand in. */
  async writeHeads(now: Date): Promise<Step[]> {
    const { inhibit } = this.#host.settings;
    const isOpenSource = (head: Head | undefined): boolean =>
      head !== undefined && head.state !== "resolved" && isSource(head, inhibit);
    const steps: Step[] = [];
    for (const changed of this.changed.values()) {
      const was = await this.stored(changed.id);
      const [head, lists] = this.#waits(changed, was?.body);
      steps.push(writeHead(head, was?.version, now), ...writeListed(head, was?.body, now));
      steps.push(...lists);
      if (inhibit.length)
        steps.push(...writeSource(head, isOpenSource(head), isOpenSource(was?.body)));
    }
    // Those that waited and have a place now, although nothing else has become of them.
    for (const head of this.#waiting)
      if (!this.changed.has(head.id) && isListed(this.group, head.id))
        steps.push(noLongerWaiting(head));
    return steps;
  }

  /** Open and only counted it waits; its place goes by how bad it is. */
  #waits(head: Head, was: Head | undefined): [Head, Step[]] {
    const waits = head.state === "open" && !isListed(this.group, head.id);
    // Of what was listed nobody knows whether its place is still written.
    const wasListed = this.#was !== undefined && isListed(this.#was, head.id);
    return writeWaiting(head, waits, wasListed ? undefined : was?.waits);
  }
}

/** Carries out what fits into one transaction. */
export async function turn(host: TurnHost, asked: GroupOrders, now: Date): Promise<Turned> {
  const { store, settings } = host;
  const { orders } = asked;
  const was = await groupById(store, asked.group);
  const first = was?.body ?? asked.fresh;
  if (!first) return { taken: new Set(orders), lost: false, gone: true };
  const sources = settings.inhibit.length ? await sourcesIn(store) : [];
  const groups = { first, stored: was?.body };
  const state = new Turn(host, groups, asked.heads, { now, settings, sources });
  for (const order of orders) {
    if (state.isFull) break;
    if (order.kind === "tick") state.taken.add(order);
    else await state.carryOut(order);
  }
  // What people did at once is told at once: when the last of it is carried out.
  const isWhole = state.taken.size === orders.length;
  if (isWhole || orders.some(({ kind }) => kind === "signal")) await state.look();
  const { taken, impossible } = state;
  if (changesNothing(state, was?.body)) return { taken, impossible, lost: false };

  const told = await state.tell(now);
  const { group } = state;
  const written = [
    writeGroup(group, was?.version, now),
    ...writeDue(group.id, was?.body.next, group.next),
    ...told,
    ...(await state.writeHeads(now)),
  ];
  const timelines = state.entries.map((entry) => writeEntry(entry, now));
  const failed = await store.transact([...written, ...timelines]);
  if (!failed.length)
    return { taken, impossible, lost: false, written: { group, wasDue: was?.body.next } };
  // What is in its timeline already was delivered before: it changes nothing twice.
  const keys = new Set(failed.flatMap((at) => state.entries[at - written.length]?.key ?? []));
  const repeated = orders.filter((order) => keys.has(keyOfOrder(order) ?? ""));
  return { taken: new Set(repeated), lost: !repeated.length };
}

function changesNothing({ group, changed, entries }: Turn, was: Group | undefined): boolean {
  if (!was) return isEmpty(group) && !changed.size && !entries.length;
  return same(storedGroup(was), storedGroup(group)) && !entries.length;
}

function toldEntry(
  { why, incidents, calls, group }: IncidentNews,
  { id, at, title }: Outgoing,
): Entry {
  const ids = incidents.map((one) => one.id);
  const text = `Told (${why}${calls.length ? `; called: ${calls.join(", ")}` : ""}): ${title}`;
  const [only] = ids;
  return {
    of: ids.length === 1 && only ? only : group,
    key: `told.${digest(id).slice(0, 16)}`,
    at,
    what: "told",
    text,
    ...(ids.length > 1 && { incidents: ids }),
  };
}
