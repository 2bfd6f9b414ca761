/**
 * One turn of a group: what it is asked, carried out on what the ledger has, as many at once as a
 * transaction takes.
 */
import type { Step, Store } from "../../ledger/store.ts";
import type { IncidentNews } from "../../messages/incident-news.ts";
import { post } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { digest, same } from "../../sdk/codec.ts";
import { isEmpty } from "./grouping.ts";
import { isSource } from "./inhibit.ts";
import { type Circumstances, step } from "./machine.ts";
import { messageOf, type NameOf } from "./message.ts";
import { aboutOf, headFrom, type IncidentOrder, inputOf, keyOfOrder } from "./order.ts";
import type { MachineSettings } from "./settings.ts";
import {
  type Entry,
  type Group,
  groupById,
  type Head,
  headById,
  type Loaded,
  sourcesIn,
  writeDue,
  writeEntry,
  writeGroup,
  writeHead,
  writeListed,
  writeSource,
} from "./store.ts";

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
  /** Another was faster. */
  readonly lost: boolean;
  /** As it is written now, and when it was to be woken before; absent where nothing was written. */
  readonly written?: { readonly group: Group; readonly wasDue: Date | undefined };
  /** The group is not there any more. */
  readonly gone?: boolean;
}

/** A transaction takes 100 items: what one more order may add still fits. */
const mostSteps = 45;

/** What has become of the group so far. */
class Turn {
  group: Group;
  readonly changed = new Map<string, Head>();
  readonly entries: Entry[] = [];
  readonly news: IncidentNews[] = [];
  readonly taken = new Set<IncidentOrder>();
  readonly #host: TurnHost;
  readonly #heads: Map<string, Loaded<Head> | undefined>;
  readonly #circumstances: Circumstances;

  constructor(host: TurnHost, group: Group, read: GroupOrders["heads"], given: Circumstances) {
    this.group = group;
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

  async carryOut(order: IncidentOrder): Promise<void> {
    const about = aboutOf(order);
    const known = about === undefined ? undefined : await this.head(about);
    const input = inputOf(order, known, this.#host.familyOf);
    const done = step(this.group, input, this.#circumstances);
    this.group = done.state;
    for (const incident of done.changed)
      this.changed.set(incident.id, headFrom(incident, order, await this.head(incident.id)));
    this.entries.push(...done.entries);
    this.news.push(...done.tell);
  }

  /** What is told, as messages in the outbox; each stands in a timeline too. */
  async tell(now: Date): Promise<Step[]> {
    const { nameOf } = this.#host;
    const steps: Step[] = [];
    for (const [at, news] of this.news.entries()) {
      const number = this.group.sent + at + 1;
      const worst = news.incidents[0];
      const head = worst && (await this.head(worst.id));
      const about = { group: this.group, head, number, ...(nameOf && { nameOf }) };
      const message = messageOf(news, about, now);
      steps.push(post("incident", message));
      this.entries.push(toldEntry(news, message));
    }
    this.group = { ...this.group, sent: this.group.sent + this.news.length };
    return steps;
  }

  /** The heads that are not as they were, and the lists that they stand in. */
  async writeHeads(now: Date): Promise<Step[]> {
    const { inhibit } = this.#host.settings;
    const isOpenSource = (head: Head | undefined): boolean =>
      head !== undefined && head.state !== "resolved" && isSource(head, inhibit);
    const steps: Step[] = [];
    for (const head of this.changed.values()) {
      const was = await this.stored(head.id);
      steps.push(writeHead(head, was?.version, now), ...writeListed(head, was?.body, now));
      if (inhibit.length)
        steps.push(...writeSource(head, isOpenSource(head), isOpenSource(was?.body)));
    }
    return steps;
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
  const state = new Turn(host, first, asked.heads, { now, settings, sources });
  for (const order of orders) {
    if (state.isFull) break;
    await state.carryOut(order);
    state.taken.add(order);
  }
  // What comes together is told together, however old it is.
  if (orders.some(({ kind }) => kind === "signal")) await state.carryOut({ kind: "tick" });
  if (changesNothing(state, was?.body)) return { taken: state.taken, lost: false };

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
    return { taken: state.taken, lost: false, written: { group, wasDue: was?.body.next } };
  // What is in its timeline already was delivered before: it changes nothing twice.
  const keys = new Set(failed.flatMap((at) => state.entries[at - written.length]?.key ?? []));
  const repeated = orders.filter((order) => keys.has(keyOfOrder(order) ?? ""));
  return { taken: new Set(repeated), lost: !repeated.length };
}

function changesNothing({ group, changed, entries }: Turn, was: Group | undefined): boolean {
  if (!was) return isEmpty(group) && !changed.size;
  return same(was, group) && !entries.length;
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
