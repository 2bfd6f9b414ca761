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
const threadOf = ({ thread }: Incident, group: Group): Thread => thread ?? { id: group.id };
const isOpen = ({ state }: Pick<Incident, "state">): boolean => state !== "resolved";
const joined = (to: readonly string[] | undefined): string => to?.join(" ") ?? "";
const noCalls: CallsFor = () => [];

/** @param audience absent where the routes decide by the message */
export class Teller {
  group: Group;
  readonly told: AddressedNews[] = [];
  readonly #audience: Audience | undefined;

  constructor(group: Group, audience: Audience | undefined) {
    this.group = group;
    this.#audience = audience;
  }

  /** By the channels that want them now, and those that were told of them. */
  #byAudience(incidents: readonly Incident[]): Map<string, Incident[]> {
    return Map.groupBy(incidents, (one) => joined(this.#audienceOf(one)));
  }

  #audienceOf(incident: Incident): string[] | undefined {
    if (!this.#audience) return undefined;
    const before = incident.thread?.to ?? [];
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
    const standing = (id: string): boolean =>
      others.some((one) => one.thread?.id === id && isOpen(one)) ||
      this.group.more.taken?.[id] !== undefined;
    const ends = some.flatMap(({ thread: left, alone = [] }) =>
      !left || standing(left.id) ? alone : [left.id, ...alone],
    );
    const counted = Object.values(this.group.more.open).reduce((sum, count) => sum + count, 0);
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
    if (!held) this.#each(ids, (incident) => ({ ...incident, thread, alone: undefined }));
  }

  /** Tells what has become of them, in the threads where they stand. */
  follow(incidents: readonly Incident[], why: Why): void {
    const standing = incidents.filter((one) => this.#isTold(one));
    const untold = incidents.filter((one) => !this.#isTold(one));
    const threads = Map.groupBy(standing, (one) => threadOf(one, this.group).id);
    for (const [id, some] of threads) this.#followIn(id, some, why);
    if (untold.length) this.begin(untold, { why });
  }

  #isTold({ id, thread }: Incident): boolean {
    if (thread !== undefined) return true;
    // Stored before incidents had threads.
    const { born, told } = this.group;
    return born === undefined && (told?.firing.includes(id) ?? false);
  }

  #followIn(id: string, some: readonly Incident[], why: Why): void {
    const ids = new Set(some.map((one) => one.id));
    const rest = this.group.incidents.filter(
      (one) =>
        !ids.has(one.id) && isOpen(one) && this.#isTold(one) && threadOf(one, this.group).id === id,
    );
    const aside = this.group.more.taken?.[id] ?? 0;
    const open = rest.length + aside;
    const taken = rest.filter(({ state }) => state !== "open").length + aside;
    const ends = why === "resolved" ? some.flatMap(({ alone = [] }) => alone) : [];
    this.#tell({
      news: {
        ...this.#newsOf(why, some, id),
        ...(ends.length > 0 && { ends: [...new Set(ends)] }),
        ...(open > 0 && { open }),
        ...(taken > 0 && { taken }),
      },
      number: this.group.sent + 1,
      to: this.#still(some),
    });
  }

  /** Where their beginning was told; who has the place of a channel that is gone, too. */
  #still(some: readonly Incident[]): string[] | undefined {
    const audience = this.#audience;
    const told = some.flatMap(({ thread }) => (thread?.to ? [thread.to] : []));
    if (!told.length) return undefined;
    const all = some.flatMap((one) => {
      const to = one.thread?.to ?? [];
      return audience ? audience.still(to, one) : to;
    });
    return [...new Set(all)].sort();
  }

  /** Tells again what was told, to those that want it now too; in the thread of the worst. */
  remind(incidents: readonly Incident[], why: Why, callsFor: CallsFor = noCalls): void {
    for (const some of this.#byAudience(incidents).values()) {
      const [worst] = some.toSorted((a, b) => worstFirst(shownIncident(a), shownIncident(b)));
      if (!worst) continue;
      const calls = [...new Set(some.flatMap(({ id }) => callsFor(id)))];
      this.#tell({
        news: { ...this.#newsOf(why, some, threadOf(worst, this.group).id), calls },
        number: this.group.sent + 1,
        to: this.#audienceOf(worst),
      });
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
