/** Find and propose: what there is, and what would put it right. Changes nothing. */

import type { CallData } from "../../ledger/actions.ts";
import { beginSeen, endSeen, seenAt } from "../../ledger/seen.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { digest } from "../../sdk/codec.ts";
import { tagMap } from "../../sdk/tags.ts";
import type { Tags, Target } from "../../sdk/unit.ts";
import { parseConfig } from "../../settings/settings.ts";
import type { Workplace } from "./attempt.ts";
import { coveredBy, inPlanOrder, type PlannedChange } from "./planned-change.ts";
import { reader } from "./reader.ts";

/** What a target was like when it was looked at by name. */
export interface SeenState {
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
}

type Proposed = NonNullable<ReturnType<AnyAutomation["propose"]>>;
type Thing = Parameters<AnyAutomation["target"]>[0];

/** Something found, and which resource it is. */
interface FoundTarget {
  readonly thing: Thing;
  readonly target: Target;
  readonly id: string;
  readonly within: string | null;
  readonly state: unknown;
}

/**
 * @param only the targets to look at, in whatever state; `undefined`: everything
 * @param measure whether to record since when `counts` is true
 */
export async function look(
  workplace: Workplace,
  only: readonly string[] | undefined,
  measure = false,
): Promise<Looked> {
  const { unit, place, host } = workplace;
  const at = host.clock.now();
  const config = parseConfig(unit, host.settings.config);
  const read = reader(unit.reads, host.clients, place.region);
  const here = { account: place.account, region: place.region, now: at };
  const seen = await seenSince(workplace, measure, at);

  const changes = new Map<string, PlannedChange>();
  const states = new Map<string, SeenState>();
  let count = 0;
  for await (const thing of eachOf(unit.find({ ...here, config, read, only }))) {
    count += 1;
    const found = foundTarget(unit, thing);
    if (only) states.set(found.id, { state: found.state, within: found.within });
    const since = await seen(found);
    const proposal = unit.propose(thing, { ...here, config, since });
    if (!proposal) continue;
    const tags = lazyTags(found, async () => {
      if (unit.tags) return unit.tags(thing, { read });
      throw new Error(`${unit.id} gives ${found.id} no tags and has no function that fetches them`);
    });
    const change = { ...planned(unit, found, proposal), ...tags };
    changes.set(change.digest, change);
  }
  return { at, found: count, states, changes: [...changes.values()].sort(inPlanOrder) };
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
  return { thing, target, id, within: target.within?.id ?? null, state: unit.state(thing) };
}

/**
 * How long something has been so is measured, not guessed (rule: measured-since).
 * @returns since when what the unit counts has been true of a target; it begins now if it just is
 */
async function seenSince(
  { unit, place, host }: Workplace,
  measure: boolean,
  now: Date,
): Promise<(found: FoundTarget) => Promise<Date | undefined>> {
  if (!unit.counts) return async () => undefined;
  const { store } = host;
  const seen = await seenAt(store, place);
  return async ({ thing, id }) => {
    const counts = unit.counts?.(thing) ?? false;
    const known = seen.get(id);
    if (measure && counts && !known) await beginSeen(store, place, id, now);
    if (measure && !counts && known) await endSeen(store, place, id);
    return counts ? (known ?? now) : undefined;
  };
}

const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

const dataOf = ({ operation, input }: CallData): CallData => ({ operation, input });

function planned(
  unit: AnyAutomation,
  found: FoundTarget,
  proposal: Proposed,
): Omit<PlannedChange, "tags" | "withinTags"> {
  const { target, id, within, state } = found;
  const call = dataOf(proposal.call);
  const write = unit.writes.find(({ operation }) => operation === call.operation);
  if (!write)
    throw new Error(
      `${unit.id} proposes ${call.operation}, which is not among its declared writes`,
    );
  return {
    target: id,
    within,
    managed: target.managed ?? null,
    state: digest(state),
    because: proposal.because,
    call,
    write,
    undo: undoOf(unit, found, proposal),
    once: proposal.once ?? null,
    savesPerMonth: proposal.savesPerMonth ?? null,
    digest: coveredBy(id, call),
    before: state,
  };
}

/** As the unit puts the state back, else as the proposal says; `null`: the operation's inverse. */
function undoOf(
  { id: unit, restore }: AnyAutomation,
  { id, within, state }: FoundTarget,
  { call, undo }: Proposed,
): readonly CallData[] | null {
  if (!restore) return undo === undefined ? null : asList(undo).map(dataOf);
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
