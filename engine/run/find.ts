/** Find and propose: what there is, and what would put it right. Changes nothing. */

import type { CallData } from "../../ledger/actions.ts";
import { keptHoursAt } from "../../ledger/kept-hours.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import { tagMap } from "../../sdk/tags.ts";
import type { Tags, Target } from "../../sdk/unit.ts";
import { parseConfig } from "../../settings/settings.ts";
import type { Candidate } from "../guards/guard.ts";
import type { Workplace } from "./attempt.ts";
import { reachOf } from "./elsewhere.ts";
import { assertRecordable } from "./fits.ts";
import { listings } from "./listings.ts";
import { coveredBy, inPlanOrder, type PlannedChange } from "./planned-change.ts";
import { reader } from "./reader.ts";
import { makersOf, remembering } from "./remembered.ts";
import { fieldChangesOf, nameOfTarget } from "./shown-change.ts";
import { type Measuring, measureOf } from "./since.ts";
import { timeLeft } from "./time-left.ts";
import { Judging, type Unjudged } from "./unjudged.ts";

/** What a target was like when it was looked at by name. */
export interface SeenState extends Pick<Candidate, "managed" | "tags" | "withinTags"> {
  readonly state: unknown;
  readonly within: string | null;
}

export interface Looked {
  readonly at: Date;
  readonly found: number;
  /** Ordered by target. */
  readonly changes: readonly PlannedChange[];
  /** The state of each target, where they were looked at by name. */
  readonly states: ReadonlyMap<string, SeenState>;
  /** Of which it is not known whether anything would be proposed. */
  readonly unjudged: Unjudged;
}

/**
 * A look that has no time left stops, and lets go of the run for the next delivery: the process would
 * be ended with the claim in its hands.
 */
const betweenPages = 100;

type Thing = Parameters<AnyAutomation["target"]>[0];

/** Something found, and which resource it is. */
interface FoundTarget {
  readonly thing: Thing;
  readonly target: Target;
  readonly id: string;
  readonly within: string | null;
}

/**
 * @param only the targets to look at, in whatever state; `undefined`: everything
 * @param measuring whether to record since when `counts` is true, or to pretend
 */
export async function look(
  workplace: Workplace,
  only: readonly string[] | undefined,
  measuring: Measuring = {},
): Promise<Looked> {
  const { unit, place, host, progress, note = () => {} } = workplace;
  const at = host.clock.now();
  const config = parseConfig(unit, host.settings.config);
  const read = reader(unit.reads, host.clients, place.region, reachOf(workplace));
  const here = { account: place.account, region: place.region, now: at };
  const measure = await measureOf(workplace, at, measuring);

  const changes = new Map<string, PlannedChange>();
  const states = new Map<string, SeenState>();
  const judging = new Judging();
  const { keeper } = measuring;
  let count = keeper?.found ?? 0;
  keeper?.follows(() => ({
    found: count,
    again: [...[...changes.values()].map(({ target }) => target), ...judging.unjudged.keys()],
    counting: [...measure.counting],
  }));
  const listed = { reads: unit.reads, clients: host.clients, region: place.region };
  const pages = listings(listed, keeper ?? { turn: async () => timeLeft(host) });
  const { regions } = host.settings;
  const ledger = {
    remembered: remembering(workplace),
    madeBy: makersOf(workplace),
    keptOn: () => keptHoursAt(host.store, place),
  };
  const search = { ...here, regions, config, read, pages, only, ...ledger, note };
  for await (const thing of eachOf(unit.find(search))) {
    count += 1;
    if (progress) progress.found = count;
    if (count % betweenPages === 0) timeLeft(host);
    const found = foundTarget(unit, thing);
    const { id, within } = found;
    const tags = lazyTags(found, async () => {
      if (unit.tags) return unit.tags(thing, { read });
      throw new Error(`${unit.id} gives ${found.id} no tags and has no function that fetches them`);
    });
    const judged = judging.judge({ target: id, within }, () => {
      const state = unit.state(thing);
      const { managed = null } = found.target;
      if (only) states.set(id, { state, within, managed, ...tags });
      const since = measure.since(id, () => unit.counts?.(thing) ?? false);
      const proposal = unit.propose(thing, { ...here, config, since });
      if (!proposal) return undefined;
      const danger = unit.danger?.(thing, { config }) ?? 0;
      const kin = digest(unit.recognise ? unit.recognise(thing) : state);
      return planned(unit, { ...found, state, kin, proposal, danger, since });
    });
    if (!judged) continue;
    const change = { ...judged, ...tags };
    changes.set(change.digest, change);
  }
  if (!only && !keeper?.from) judging.endOfAll();
  await measure.record(new Set([...(keeper?.again ?? []), ...judging.unjudged.keys()]));
  await keeper?.end();
  return {
    at,
    found: count,
    states,
    changes: [...changes.values()].sort(inPlanOrder),
    unjudged: judging.unjudged,
  };
}

async function* eachOf<F>(found: AsyncIterable<F> | Promise<Iterable<F>>): AsyncIterable<F> {
  yield* Symbol.asyncIterator in found ? found : await found;
}

function foundTarget(unit: AnyAutomation, thing: Thing): FoundTarget {
  const target = unit.target(thing);
  const { id } = target;
  if (!id)
    throw new Error(
      `${unit.id} found something without an id: ${JSON.stringify(thing).slice(0, 200)}`,
    );
  return { thing, target, id, within: target.within?.id ?? null };
}

/** What is proposed for something found. */
interface FoundProposal extends FoundTarget {
  readonly state: unknown;
  readonly kin: string;
  readonly danger: number;
  readonly since: Date | undefined;
  readonly proposal: NonNullable<ReturnType<AnyAutomation["propose"]>>;
}

const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

const dataOf = ({ operation, input }: CallData): CallData => ({ operation, input });

function planned(
  unit: AnyAutomation,
  found: FoundProposal,
): Omit<PlannedChange, "tags" | "withinTags"> {
  const { thing, target, id, within, state, kin, danger, since, proposal } = found;
  const call = dataOf(proposal.call);
  const write = unit.writes.find(({ operation }) => operation === call.operation);
  if (!write)
    throw new Error(
      `${unit.id} proposes ${call.operation}, which is not among its declared writes`,
    );
  const name = nameOfTarget(unit, thing, target);
  const undo = undoOf(unit, write, found);
  assertRecordable(id, { ...call, before: state, undo });
  return {
    target: id,
    within,
    managed: target.managed ?? null,
    state: digest(state),
    because: proposal.because,
    call,
    write,
    undo,
    once: proposal.once ?? null,
    ...(proposal.ends !== undefined && { ends: proposal.ends }),
    ...(proposal.due !== undefined && { due: proposal.due }),
    ...(proposal.again !== undefined && { again: proposal.again }),
    ...(proposal.asks !== undefined && { asks: proposal.asks }),
    savesPerMonth: proposal.savesPerMonth === "unknown" ? null : (proposal.savesPerMonth ?? null),
    kin,
    danger,
    ...(since && { since }),
    digest: coveredBy(id, call),
    before: state,
    shown: {
      ...(name !== undefined && { name }),
      changes: fieldChangesOf(state, call, unit.becomes?.(thing)),
      ...(proposal.savesPerMonth === "unknown" && { unpriced: true as const }),
    },
  };
}

/** As the unit puts the state back, else as the proposal says; `null`: the operation's inverse. */
function undoOf(
  { id: unit, restore }: AnyAutomation,
  { back }: Write,
  { id, within, state, proposal: { call, undo } }: FoundProposal,
): readonly CallData[] | null {
  if (!restore || back !== "given") return undo === undefined ? null : asList(undo).map(dataOf);
  const calls = restore.calls(state, { target: id, within: within ?? undefined });
  if (calls !== undefined) return asList(calls).map(dataOf);
  throw new Error(
    `${unit} proposes ${call.operation} on ${id}, and its \`restore\` has no way back to the state that it is in`,
  );
}

/**
 * Tags as guards read them.
 * @param ask for what the listing lacks; asked once, and only when somebody wants to know
 */
function lazyTags({ target }: FoundTarget, ask: () => Promise<Tags>) {
  let fetching: Promise<Tags> | undefined;
  const fetched = () => (fetching ??= ask());
  const mapped = async (tags: Tags | undefined) => tagMap(tags ?? (await fetched()));
  return {
    tags: () => mapped(target.tags),
    withinTags: async () => (target.within ? mapped(target.within.tags) : undefined),
  };
}
