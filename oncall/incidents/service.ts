/**
 * Keeps incidents: takes what signals say, wakes groups at their time, does what people ask. What a
 * step changes and what it tells is one transaction; a timer that is lost after it is made good by
 * the next message, or by the watchdog.
 */

import type { Log } from "../../handlers/app/log.ts";
import { type Counter, noMetrics } from "../../handlers/app/metrics.ts";
import type { Store } from "../../ledger/store.ts";
import { incidentId } from "../../messages/incident-id.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inOneLine, NotPossible, TryAgain } from "../../sdk/errors.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { before, type Clock, minutes, seconds } from "../../sdk/time.ts";
import type { OnCall } from "../settings/on-call.ts";
import { type AudienceSettings, audienceBy } from "./audience.ts";
import { groupOf } from "./grouping.ts";
import { type Act, aboutMessage } from "./machine.ts";
import type { NameOf } from "./message.ts";
import type { IncidentOrder } from "./order.ts";
import { type MachineSettings, machineSettings } from "./settings.ts";
import { followRules } from "./sources.ts";
import {
  type Group,
  groupById,
  type Head,
  headById,
  type Loaded,
  overdue as overdueGroups,
} from "./store.ts";
import type { Timers } from "./timers.ts";
import { type GroupOrders, type Turned, type TurnHost, turn } from "./turn.ts";

export interface IncidentsHost {
  readonly onCall: OnCall;
  /** The folder of each unit. */
  readonly families: Readonly<Record<string, string>>;
  readonly whoIsOn: MachineSettings["whoIsOn"];
  readonly nameOf?: NameOf;
  /**
   * Routes, mutes and quiet hours go by each incident; absent: by each message, where it is told.
   */
  readonly telling?: AudienceSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Counter;
  readonly timers: Timers;
}

export interface Incidents {
  /**
   * @param told ids of those that were told by themselves already, while nobody could take them
   * @returns ids of the messages that could not be taken: they must come again
   */
  take(messages: readonly Outgoing[], told?: ReadonlySet<string>): Promise<ReadonlySet<string>>;
  /** A group's time has come. */
  wake(group: string): Promise<void>;
  /**
   * Wakes every group whose time has passed and whose timer has not: for the watchdog. @returns how
   * many
   */
  overdue(): Promise<number>;
  /**
   * What a person does, once for each id.
   * @throws {NotPossible} for an incident that is not there, or over
   */
  act(act: Act): Promise<Head>;
}

const mostAttempts = 12;
/** A timer may be a minute late. */
const late = minutes(2);

export function createIncidents(host: IncidentsHost): Incidents {
  const keeper = new Keeper(host);
  return {
    take: (messages, told) => keeper.take(messages, told),
    wake: (group) => keeper.wake(group),
    overdue: () => keeper.overdue(),
    act: (act) => keeper.act(act),
  };
}

/** A message with the group that it goes to. */
interface PlacedMessage {
  readonly message: Outgoing;
  /** Its incident as the ledger has it. */
  readonly read: Loaded<Head> | undefined;
  readonly fresh: Group;
}

class Keeper {
  readonly #host: IncidentsHost;
  readonly #turns: TurnHost;
  #followed: Promise<void> | undefined;

  constructor(host: IncidentsHost) {
    const { store, nameOf } = host;
    const audience = host.telling && audienceBy(host.telling);
    const settings = { ...machineSettings(host.onCall, host.whoIsOn, audience), nameOf };
    const familyOf = (unit: string): string => host.families[unit] ?? "";
    this.#host = host;
    this.#turns = { store, settings, nameOf, familyOf };
  }

  /** Once: the settings of a deployment do not change. What fails is tried again with the next. */
  async #followRules(): Promise<void> {
    const { store } = this.#host;
    const { inhibit } = this.#turns.settings;
    this.#followed ??= followRules(store, inhibit);
    try {
      await this.#followed;
    } catch (error) {
      this.#followed = undefined;
      this.#host.log.error("What inhibits others could not be written down anew", { error });
    }
  }

  async take(
    messages: readonly Outgoing[],
    told: ReadonlySet<string> = new Set(),
  ): Promise<ReadonlySet<string>> {
    const failed = new Set<string>();
    await this.#followRules();
    const placed = await concurrently(messages, (message) => this.#placed(message, failed), {
      concurrency: 10,
    });
    const groups = Map.groupBy(placed.flat(), ({ fresh }) => fresh.id);
    const takeInto = async ([id, some]: readonly [string, readonly PlacedMessage[]]) => {
      for (const message of await this.#takeInto(id, some, told)) failed.add(message);
    };
    await concurrently(groups, takeInto, { concurrency: 4 });
    return failed;
  }

  async #placed(message: Outgoing, failed: Set<string>): Promise<PlacedMessage[]> {
    const { store, clock, log } = this.#host;
    const { settings, familyOf } = this.#turns;
    try {
      const read = await headById(store, incidentId(message));
      const head = read?.body;
      const about = aboutMessage(message, familyOf(message.unit));
      const fresh = groupOf(about, settings, clock.now());
      // An incident stays in its group, whatever the settings or its severity have become.
      const stays = head && head.state !== "resolved";
      return [{ message, read, fresh: stays ? { ...fresh, id: head.group } : fresh }];
    } catch (error) {
      log.error("A message could not be made an incident", { messageId: message.id, error });
      failed.add(message.id);
      return [];
    }
  }

  /** @returns ids of those that could not be taken */
  async #takeInto(
    group: string,
    placed: readonly PlacedMessage[],
    told: ReadonlySet<string>,
  ): Promise<string[]> {
    const inOrder = placed.toSorted((a, b) => a.message.at.getTime() - b.message.at.getTime());
    const orders = inOrder.map(
      ({ message }): IncidentOrder => ({ kind: "signal", message, told: told.has(message.id) }),
    );
    const heads = new Map(placed.map(({ message, read }) => [incidentId(message), read]));
    try {
      await this.#advance({ group, orders, fresh: placed[0]?.fresh, heads });
      return [];
    } catch (error) {
      // One of them may be why: it keeps no other.
      if (placed.length > 1 && isOwnFault(error)) {
        const half = Math.ceil(placed.length / 2);
        const first = await this.#takeInto(group, inOrder.slice(0, half), told);
        return [...first, ...(await this.#takeInto(group, inOrder.slice(half), told))];
      }
      const found = { group, messages: placed.length, error };
      this.#host.log.error("Messages could not be made incidents", found);
      return placed.map(({ message }) => message.id);
    }
  }

  /**
   * Carries out all that is asked of one group, in as many turns as it takes.
   * @returns why some of it could not be done
   */
  async #advance(asked: GroupOrders): Promise<NotPossible[]> {
    const { clock, log } = this.#host;
    const impossible: NotPossible[] = [];
    let left = asked.orders;
    let { heads } = asked;
    for (let attempt = 1; left.length; attempt += 1) {
      if (attempt > mostAttempts)
        throw new TryAgain(`the group of incidents ${asked.group} is contended`);
      const now = clock.now();
      const done = await turn(this.#turns, { ...asked, orders: left, heads }, now);
      if (done.gone) log.info("A group of incidents is not there any more", { group: asked.group });
      if (done.written) await this.#setTimer(done.written, now);
      // What is written or contended is not as it was read.
      heads = new Map();
      if (done.lost) await clock.sleep(seconds(Math.random() * 0.05 * 2 ** Math.min(attempt, 6)));
      else attempt = 0;
      left = left.filter((order) => !done.taken.has(order));
      impossible.push(...(done.impossible?.values() ?? []));
    }
    return impossible;
  }

  /** What cannot be set is no reason to do the rest again: the watchdog finds the group. */
  async #setTimer({ group, wasDue }: NonNullable<Turned["written"]>, now: Date): Promise<void> {
    const { next } = group;
    if (!next || (next.getTime() === wasDue?.getTime() && next > now)) return;
    const { timers, log, metrics = noMetrics } = this.#host;
    try {
      await timers.set(group.id, next > now ? next : new Date(now.getTime() + 1000));
    } catch (error) {
      log.error("A timer for incidents could not be set; the watchdog looks at them", {
        group: group.id,
        at: next.toISOString(),
        error,
      });
      metrics.add("failed", 1);
    }
  }

  async wake(group: string): Promise<void> {
    const { store, clock } = this.#host;
    const found = await groupById(store, group);
    // The timer of a time that has been put off.
    if (found && (!found.body.next || found.body.next > clock.now())) return;
    if (this.#turns.settings.inhibit.length) await this.#followRules();
    await this.#advance({ group, orders: [{ kind: "tick" }], heads: new Map() });
  }

  async overdue(): Promise<number> {
    const { store, clock, log } = this.#host;
    let count = 0;
    const errors: unknown[] = [];
    for (const group of await Array.fromAsync(overdueGroups(store, before(clock.now(), late))))
      try {
        log.warn("A group of incidents was not woken in time", { group });
        await this.wake(group);
        count += 1;
      } catch (error) {
        errors.push(error);
      }
    if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
    return count;
  }

  async act(act: Act): Promise<Head> {
    const { store } = this.#host;
    const { others = [], ...first } = act;
    const acts = [
      first,
      ...others.map((id) => ({ ...first, incident: id, id: `${act.id}.${id}` })),
    ];
    const heads = await concurrently(
      acts,
      async ({ incident }) => (await headById(store, incident))?.body,
      {
        concurrency: 10,
      },
    );
    const asked = acts.flatMap((one, at) => (heads[at] ? [{ act: one, head: heads[at] }] : []));
    const [acted] = asked;
    if (!acted) throw noSuch(act.incident);
    const refused: NotPossible[] = [];
    for (const [group, some] of Map.groupBy(asked, ({ head }) => head.group))
      refused.push(...(await this.#actIn(group, some)));
    if (refused.length === asked.length)
      throw new NotPossible(refused.map(({ message }) => message).join("; "));
    return (await headById(store, acted.head.id))?.body ?? acted.head;
  }

  /** @returns why some of it could not be done */
  async #actIn(group: string, some: readonly Acted[]): Promise<NotPossible[]> {
    const [first] = some;
    if (!first) return [];
    const fresh = {
      ...groupOf(first.head, this.#turns.settings, this.#host.clock.now()),
      id: group,
    };
    const orders = some.map(({ act }): IncidentOrder => ({ kind: "act", act }));
    return this.#advance({ group, orders, fresh, heads: new Map() });
  }
}

/** Not the ledger's, nor that others are at it: then each of them would fail alike. */
const isOwnFault = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof NotPossible;

interface Acted {
  readonly act: Act;
  readonly head: Head;
}

const noSuch = (incident: string): NotPossible =>
  new NotPossible(
    `there is no incident ${cut(plain(incident), 100)}; \`npx nightshift incident list\` lists them`,
  );
