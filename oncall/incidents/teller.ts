/**
 * Makes news of a group. What is new begins a thread of its own in the channels whose routes want
 * it; what becomes of it is told in that thread, wherever its beginning was told. Grouping is how
 * news travel together: what is told goes by what is new.
 */

import type { IncidentNews } from "../../messages/incident-news.ts";
import type { MessageHeld } from "../../messages/outgoing.ts";
import { digest } from "../../sdk/codec.ts";
import type { Audience } from "./audience.ts";
import { shownIncident, worstFirst } from "./shown.ts";
import type { Group, Incident, Thread } from "./store.ts";

/** News with who is told, and its number in the group. */
export interface AddressedNews {
  readonly news: IncidentNews;
  readonly number: number;
  readonly to?: readonly string[] | undefined;
  readonly held?: MessageHeld | undefined;
}

/** Names a notification; never twice the same. */
export const newsId = ({ id, born }: Pick<Group, "id" | "born">, number: number): string =>
  `incident.${digest(born ? [id, born] : [id]).slice(0, 12)}.${number}`;

type Why = IncidentNews["why"];
/** What is said of several incidents at once. */
interface Saying {
  readonly why: Why;
  readonly more?: number;
  readonly held?: MessageHeld | undefined;
}

/** Keys of people who are called, for an incident. */
export type CallsFor = (id: string) => readonly string[];

/** Where what becomes of an incident is told; what was stored before has the group's own thread. */
const threadOf = ({ thread, countedIn }: Incident, group: Group): Thread =>
  thread ?? countedIn ?? { id: group.id };
const isOpen = ({ state }: Pick<Incident, "state">): boolean => state !== "resolved";
const joined = (to: readonly string[] | undefined): string => to?.join(" ") ?? "";
const noCalls: CallsFor = () => [];

/** @param audience absent where the routes decide by the message */
export class Teller {
  group: Group;
  readonly told: AddressedNews[] = [];
  readonly #audience: Audience | undefined;
  readonly #now: Date;

  constructor(group: Group, audience: Audience | undefined, now: Date) {
    this.group = group;
    this.#audience = audience;
    this.#now = now;
  }

  /** By the channels that want them now, and those that were told of them. */
  #byAudience(incidents: readonly Incident[]): Map<string, Incident[]> {
    return Map.groupBy(incidents, (one) => joined(this.#audienceOf(one)));
  }

  #audienceOf(incident: Incident): string[] | undefined {
    if (!this.#audience) return undefined;
    const before = (incident.thread ?? incident.countedIn)?.to ?? [];
    return [...new Set([...this.#audience.of(incident), ...before])].sort();
  }

  /** Tells incidents as new: of each audience one thread. */
  begin(incidents: readonly Incident[], saying: Saying): void {
    let { more } = saying;
    for (const some of this.#byAudience(incidents).values()) {
      this.#beginFor(some, { ...saying, ...(more !== undefined && { more }) });
      // What is only counted is counted once.
      more = undefined;
    }
  }

  #beginFor(some: readonly Incident[], { why, more, held }: Saying): void {
    const [first] = some;
    const to = first && this.#audienceOf(first);
    const number = this.group.sent + 1;
    const thread: Thread = { id: newsId(this.group, number), ...(to && { to }) };
    const ids = new Set(some.map(({ id }) => id));
    const others = this.group.incidents.filter(({ id }) => !ids.has(id));
    const { counted: counting } = this.group;
    const standsIn = ({ thread: own, countedIn }: Incident) => (own ?? countedIn)?.id;
    const left = [...some.map(standsIn), ...(more === undefined ? [] : [counting?.thread.id])];
    const counted = this.#counted();
    const isLeft = (id: string): boolean =>
      !others.some((one) => standsIn(one) === id && isOpen(one)) &&
      this.group.more.taken?.[id] === undefined &&
      (id !== counting?.thread.id || counted === (more ?? 0));
    const ends = [
      ...left.filter((id) => id !== undefined).filter(isLeft),
      ...some.flatMap(({ alone = [] }) => alone),
    ];
    const beside = others.filter((one) => isOpen(one) && !one.held).length + counted - (more ?? 0);
    this.#tell({
      news: {
        ...this.#newsOf(why, some, thread.id),
        ...(more !== undefined && { more }),
        ...(beside > 0 && { beside }),
        ...(ends.length > 0 && !held && { ends: [...new Set(ends)] }),
      },
      number,
      to,
      held,
    });
    const told = { thread, countedIn: undefined, alone: undefined };
    if (!held) this.#each(ids, (incident) => ({ ...incident, ...told }));
    if (more !== undefined && !held)
      this.group = { ...this.group, counted: { thread, at: this.#now } };
  }

  /**
   * Tells what has become of them, in the threads where they stand.
   * @param more of how many that were only counted it has become too: said once
   */
  follow(incidents: readonly Incident[], why: Why, more = 0): void {
    const standing = incidents.filter((one) => this.#isTold(one));
    const untold = incidents.filter((one) => !this.#isTold(one));
    const threads = Map.groupBy(standing, (one) => threadOf(one, this.group).id);
    const counting = more > 0 ? this.group.counted?.thread : undefined;
    if (counting && !threads.has(counting.id)) threads.set(counting.id, []);
    for (const [id, some] of threads)
      this.#followIn(id, some, { why, ...(id === counting?.id && { more }) });
    if (untold.length) this.begin(untold, { why });
  }

  #isTold({ id, thread, countedIn }: Incident): boolean {
    if (thread !== undefined || countedIn !== undefined) return true;
    // Stored before incidents had threads.
    const { born, told } = this.group;
    return born === undefined && (told?.firing.includes(id) ?? false);
  }

  #followIn(id: string, some: readonly Incident[], { why, more }: Saying): void {
    const ids = new Set(some.map((one) => one.id));
    const rest = this.group.incidents.filter(
      (one) =>
        !ids.has(one.id) && isOpen(one) && this.#isTold(one) && threadOf(one, this.group).id === id,
    );
    const aside = this.group.more.taken?.[id] ?? 0;
    const counting = this.group.counted?.thread;
    const open = rest.length + aside + (counting?.id === id ? this.#counted() : 0);
    const taken = rest.filter(({ state }) => state !== "open").length + aside;
    const ends = why === "resolved" ? some.flatMap(({ alone = [] }) => alone) : [];
    this.#tell({
      news: {
        ...this.#newsOf(why, some, id),
        ...(more !== undefined && { more }),
        ...(ends.length > 0 && { ends: [...new Set(ends)] }),
        ...(open > 0 && { open }),
        ...(taken > 0 && { taken }),
      },
      number: this.group.sent + 1,
      to: some.length ? this.#still(some) : counting?.to,
    });
  }

  /** How many are open and only counted. */
  #counted(): number {
    return Object.values(this.group.more.open).reduce((sum, count) => sum + count, 0);
  }

  /** Where their beginning was told; who has the place of a channel that is gone, too. */
  #still(some: readonly Incident[]): string[] | undefined {
    const audience = this.#audience;
    const toOf = ({ thread, countedIn }: Incident) => (thread ?? countedIn)?.to;
    const told = some.flatMap((incident) => toOf(incident) ?? []);
    if (!told.length) return undefined;
    const all = some.flatMap((one) => {
      const to = toOf(one) ?? [];
      return audience ? audience.still(to, one) : to;
    });
    return [...new Set(all)].sort();
  }

  /** Tells again what was told, to those that want it now too; in the thread of the worst. */
  remind(incidents: readonly Incident[], why: Why, callsFor: CallsFor = noCalls): void {
    let more = this.group.counted ? this.#counted() : 0;
    for (const some of this.#byAudience(incidents).values()) {
      const [worst] = some.toSorted((a, b) => worstFirst(shownIncident(a), shownIncident(b)));
      if (!worst) continue;
      const calls = [...new Set(some.flatMap(({ id }) => callsFor(id)))];
      this.#tell({
        news: {
          ...this.#newsOf(why, some, threadOf(worst, this.group).id),
          ...(more > 0 && { more }),
          calls,
        },
        number: this.group.sent + 1,
        to: this.#audienceOf(worst),
      });
      more = 0;
    }
  }

  /**
   * Calls people for incidents: with the news that says just now that they are new, where there is
   * one.
   */
  call(incidents: readonly Incident[], callsFor: CallsFor, last: ReadonlySet<string>): void {
    const left = new Map(incidents.map((one) => [one.id, one]));
    for (const [at, telling] of this.told.entries()) {
      const { news, held } = telling;
      if (held || (news.why !== "opened" && news.why !== "changed")) continue;
      const ids = news.incidents.flatMap(({ id }) => (left.delete(id) ? [id] : []));
      if (!ids.length) continue;
      const calls = [...new Set([...news.calls, ...ids.flatMap(callsFor)])];
      this.told[at] = { ...telling, news: { ...news, calls } };
    }
    const ending = [...left.values()].filter(({ id }) => last.has(id));
    this.remind(
      [...left.values()].filter(({ id }) => !last.has(id)),
      "escalated",
      callsFor,
    );
    const from = this.told.length;
    this.remind(ending, "escalated", callsFor);
    for (let at = from; at < this.told.length; at += 1) {
      const telling = this.told[at];
      if (telling) this.told[at] = { ...telling, news: { ...telling.news, last: true } };
    }
  }

  /** Only channels that show how it stands hear of it. */
  endShown(incidents: readonly Incident[]): void {
    const audience = this.#audience;
    if (!audience) return;
    const from = this.told.length;
    this.follow(
      incidents.filter(({ thread }) => thread?.to?.some((name) => audience.showsState(name))),
      "resolved",
    );
    for (let at = from; at < this.told.length; at += 1) {
      const telling = this.told[at];
      if (telling)
        this.told[at] = { ...telling, to: telling.to?.filter((name) => audience.showsState(name)) };
    }
  }

  #newsOf(why: Why, some: readonly Incident[], thread: string): IncidentNews {
    const incidents = some.map(shownIncident).toSorted(worstFirst);
    return { why, group: this.group.id, thread, incidents, calls: [] };
  }

  #each(ids: ReadonlySet<string>, change: (incident: Incident) => Incident): void {
    const incidents = this.group.incidents.map((one) => (ids.has(one.id) ? change(one) : one));
    this.group = { ...this.group, incidents };
  }

  #tell(telling: AddressedNews): void {
    this.told.push(telling);
    this.group = { ...this.group, sent: telling.number };
  }
}
