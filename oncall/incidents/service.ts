/**
 * Keeps incidents: takes what signals say, wakes groups at their time, does what people ask. What a
 * step changes and what it tells is one transaction; a timer that is lost after it is made good by
 * the next message, or by the watchdog.
 */
import pMap from "p-map";
import type { Log } from "../../handlers/app/log.ts";
import { type Counter, noMetrics } from "../../handlers/app/metrics.ts";
import type { Step, Store } from "../../ledger/store.ts";
import type { IncidentNews } from "../../messages/incident-news.ts";
import { post } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { digest, same } from "../../sdk/codec.ts";
import { inOneLine, NotPossible, TryAgain } from "../../sdk/errors.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { before, type Clock, minutes, seconds } from "../../sdk/time.ts";
import type { OnCall } from "../settings/on-call.ts";
import { groupOf, isEmpty } from "./grouping.ts";
import { isSource } from "./inhibit.ts";
import { type Act, type Input, incidentId, labelsOf, step } from "./machine.ts";
import { messageOf, type NameOf } from "./message.ts";
import { type MachineSettings, machineSettings } from "./settings.ts";
import {
  type Entry,
  type Group,
  groupById,
  type Head,
  headById,
  type Incident,
  type Loaded,
  overdue as overdueGroups,
  sourcesIn,
  writeDue,
  writeEntry,
  writeGroup,
  writeHead,
  writeListed,
  writeSource,
} from "./store.ts";
import type { Timers } from "./timers.ts";

export interface IncidentsHost {
  readonly onCall: OnCall;
  /** The folder of each unit. */
  readonly families: Readonly<Record<string, string>>;
  readonly whoIsOn: MachineSettings["whoIsOn"];
  readonly nameOf?: NameOf;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Counter;
  readonly timers: Timers;
}

export interface Incidents {
  /** @returns ids of the messages that could not be taken: they must come again */
  take(messages: readonly Outgoing[]): Promise<ReadonlySet<string>>;
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

/** A transaction takes 100 items: what one more input may add still fits. */
const mostSteps = 45;
const mostAttempts = 12;
/** Of an incident's facts, so much is kept. */
const [mostFacts, longestFact, mostAffected] = [15, 400, 50];
/** A timer may be a minute late. */
const late = minutes(2);

type Given =
  | { readonly kind: "signal"; readonly message: Outgoing }
  | { readonly kind: "act"; readonly act: Act }
  | { readonly kind: "tick" };
type Heads = ReadonlyMap<string, Loaded<Head> | undefined>;
const aboutOf = (given: Given): string | undefined =>
  given.kind === "signal"
    ? incidentId(given.message)
    : given.kind === "act"
      ? given.act.incident
      : undefined;
const keyOf = (given: Given): string | undefined =>
  given.kind === "signal" ? given.message.id : given.kind === "act" ? given.act.id : undefined;

export function createIncidents(host: IncidentsHost): Incidents {
  const { store, clock, log, timers, metrics = noMetrics } = host;
  const settings = { ...machineSettings(host.onCall, host.whoIsOn), nameOf: host.nameOf };
  const familyOf = (unit: string): string => host.families[unit] ?? "";

  /** Carries inputs of one group out, as many at once as a transaction takes. */
  async function advance(
    id: string,
    inputs: readonly Given[],
    fresh?: Group,
    read: Heads = new Map(),
  ): Promise<void> {
    let left = inputs;
    let known = new Map(read);
    for (let attempt = 1; left.length; attempt += 1) {
      if (attempt > mostAttempts) throw new TryAgain(`the group of incidents ${id} is contended`);
      const { taken, lost } = await once(id, left, fresh, known);
      // What is written or contended is not as it was read.
      known = new Map();
      if (lost) await clock.sleep(seconds(Math.random() * 0.05 * 2 ** Math.min(attempt, 6)));
      else attempt = 0;
      left = left.filter((one) => !taken.has(one));
    }
  }

  /** @returns what needs no more, and whether another was faster */
  async function once(
    id: string,
    inputs: readonly Given[],
    fresh: Group | undefined,
    heads: Map<string, Loaded<Head> | undefined>,
  ): Promise<{ readonly taken: ReadonlySet<Given>; readonly lost: boolean }> {
    const now = clock.now();
    const was = await groupById(store, id);
    const first = was?.body ?? fresh;
    if (!first) {
      log.info("A group of incidents is not there any more", { group: id });
      return { taken: new Set(inputs), lost: false };
    }
    const headOf = async (one: string): Promise<Loaded<Head> | undefined> => {
      if (!heads.has(one)) heads.set(one, await headById(store, one));
      return heads.get(one);
    };
    const sources = settings.inhibit.length ? await sourcesIn(store) : [];

    let group = first;
    const changed = new Map<string, Head>();
    const entries: Entry[] = [];
    const news: IncidentNews[] = [];
    const taken = new Set<Given>();
    for (const given of inputs) {
      if (changed.size * 4 + entries.length + news.length * 2 > mostSteps) break;
      const about = aboutOf(given);
      const known =
        about === undefined ? undefined : (changed.get(about) ?? (await headOf(about))?.body);
      const done = step(group, inputOf(given, known, familyOf), now, settings, sources);
      group = done.state;
      for (const one of done.changed)
        changed.set(
          one.id,
          headFrom(one, given, changed.get(one.id) ?? (await headOf(one.id))?.body),
        );
      entries.push(...done.entries);
      news.push(...done.tell);
      taken.add(given);
    }

    // What comes together is told together, however old it is.
    if (inputs.some(({ kind }) => kind === "signal")) {
      const done = step(group, { kind: "tick" }, now, settings, sources);
      group = done.state;
      for (const one of done.changed)
        changed.set(
          one.id,
          headFrom(one, { kind: "tick" }, changed.get(one.id) ?? (await headOf(one.id))?.body),
        );
      entries.push(...done.entries);
      news.push(...done.tell);
    }

    if (
      (!was && isEmpty(group) && !changed.size) ||
      (was && same(was.body, group) && !entries.length)
    )
      return { taken, lost: false };
    const steps: Step[] = [];
    for (const [at, one] of news.entries()) {
      const number = group.sent + at + 1;
      const worst = one.incidents[0];
      const head = worst && (changed.get(worst.id) ?? (await headOf(worst.id))?.body);
      const message = messageOf(
        one,
        { group, head, number, ...(host.nameOf && { nameOf: host.nameOf }) },
        now,
      );
      steps.push(post("incident", message));
      entries.push(toldEntry(one, message));
    }
    group = { ...group, sent: group.sent + news.length };
    for (const head of changed.values()) {
      const before_ = await headOf(head.id);
      const source = (of: Head | undefined) =>
        of !== undefined && of.state !== "resolved" && isSource(of, settings.inhibit);
      steps.push(
        writeHead(head, before_?.version, now),
        ...writeListed(head, before_?.body, now),
        ...(settings.inhibit.length ? writeSource(head, source(head), source(before_?.body)) : []),
      );
    }
    const written = [
      writeGroup(group, was?.version, now),
      ...writeDue(group.id, was?.body.next, group.next),
      ...steps,
    ];
    const failed = await store.transact([
      ...written,
      ...entries.map((entry) => writeEntry(entry, now)),
    ]);
    if (!failed.length) {
      await setTimer(group, was?.body.next, now);
      return { taken, lost: false };
    }
    // What is in its timeline already was delivered before: it changes nothing twice.
    const known = new Set(failed.flatMap((index) => entries[index - written.length]?.key ?? []));
    const repeated = inputs.filter((given) => known.has(keyOf(given) ?? ""));
    return { taken: new Set(repeated), lost: !repeated.length };
  }

  /** What cannot be set is no reason to do the rest again: the watchdog finds the group. */
  async function setTimer(group: Group, was: Date | undefined, now: Date): Promise<void> {
    if (!group.next || (group.next.getTime() === was?.getTime() && group.next > now)) return;
    try {
      await timers.set(group.id, group.next > now ? group.next : new Date(now.getTime() + 1000));
    } catch (error) {
      log.error("A timer for incidents could not be set; the watchdog looks at them", {
        group: group.id,
        at: group.next.toISOString(),
        error,
      });
      metrics.add("failed", 1);
    }
  }

  async function take(messages: readonly Outgoing[]): Promise<ReadonlySet<string>> {
    const failed = new Set<string>();
    const placed = await pMap(
      messages,
      async (message) => {
        try {
          const read = await headById(store, incidentId(message));
          const head = read?.body;
          const fresh = groupOf(labelsOf(message, familyOf(message.unit)), settings, clock.now());
          // An incident stays in its group, whatever the settings or its severity have become.
          return {
            message,
            read,
            fresh: head && head.state !== "resolved" ? { ...fresh, id: head.group } : fresh,
          };
        } catch (error) {
          log.error("A message could not be made an incident", { message: message.id, error });
          failed.add(message.id);
          return [];
        }
      },
      { concurrency: 10 },
    );
    const groups = Map.groupBy(placed.flat(), ({ fresh }) => fresh.id);
    await pMap(
      groups,
      async ([id, of]) => {
        const inputs = of.map(({ message }): Given => ({ kind: "signal", message })).sort(byTime);
        try {
          await advance(
            id,
            inputs,
            of[0]?.fresh,
            new Map(of.map(({ message, read }) => [incidentId(message), read])),
          );
        } catch (error) {
          log.error("Messages could not be made incidents", {
            group: id,
            messages: of.length,
            error,
          });
          for (const { message } of of) failed.add(message.id);
        }
      },
      { concurrency: 4 },
    );
    return failed;
  }

  async function wake(id: string): Promise<void> {
    const found = await groupById(store, id);
    // The timer of a time that has been put off.
    if (found && (!found.body.next || found.body.next > clock.now())) return;
    await advance(id, [{ kind: "tick" }]);
  }

  return {
    take,
    wake,
    async overdue() {
      let count = 0;
      const errors: unknown[] = [];
      for (const group of await Array.fromAsync(overdueGroups(store, before(clock.now(), late))))
        try {
          log.warn("A group of incidents was not woken in time", { group });
          await wake(group);
          count += 1;
        } catch (error) {
          errors.push(error);
        }
      if (errors.length) throw new AggregateError(errors, errors.map(inOneLine).join("; "));
      return count;
    },
    async act(act) {
      const head = (await headById(store, act.incident))?.body;
      if (!head)
        throw new NotPossible(
          `there is no incident ${cut(plain(act.incident), 100)}; \`npx nightshift incident list\` lists them`,
        );
      await advance(head.group, [{ kind: "act", act }], {
        ...groupOf(head.labels, settings, clock.now()),
        id: head.group,
      });
      return (await headById(store, act.incident))?.body ?? head;
    },
  };
}

const byTime = (a: Given, b: Given): number =>
  a.kind === "signal" && b.kind === "signal" ? a.message.at.getTime() - b.message.at.getTime() : 0;

function inputOf(given: Given, known: Head | undefined, familyOf: (unit: string) => string): Input {
  if (given.kind === "tick") return given;
  if (given.kind === "signal")
    return {
      kind: "signal",
      message: given.message,
      family: familyOf(given.message.unit),
      known,
      more: true,
    };
  if (!known) throw new NotPossible(`there is no incident ${given.act.incident}`);
  return { kind: "act", act: given.act, known };
}

/** With what a message shows of it: the newest words of the worst, and all that is affected. */
function headFrom(incident: Incident, given: Given, was: Head | undefined): Head {
  const kept = {
    facts: was?.facts ?? {},
    all: was?.all ?? [],
    ...(was?.chart && { chart: was.chart }),
  };
  if (given.kind !== "signal" || incidentId(given.message) !== incident.id || given.message.closes)
    return { ...incident, ...kept };
  const { facts = {}, affected = [], chart, title } = given.message;
  const all = [...new Set([...kept.all, ...affected.map((one) => cut(plain(one), 200))])].slice(
    0,
    mostAffected,
  );
  if (was && cut(plain(title), 300) !== incident.title) return { ...incident, ...kept, all };
  const few = Object.entries(facts)
    .slice(0, mostFacts)
    .map(([name, value]) => [cut(name, 100), cut(value, longestFact)] as const);
  return {
    ...incident,
    facts: Object.fromEntries(few),
    all,
    ...(chart && { chart: { ...chart, points: chart.points.slice(-200) } }),
  };
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
