/** Find and propose: what there is, and what would put it right. Changes nothing. */

import type { CallData } from "../../ledger/actions.ts";
import type { Place } from "../../ledger/keys.ts";
import type { Proposed, WayBackShown } from "../../ledger/result.ts";
import { beginSeen, endSeen, seenAt } from "../../ledger/seen.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Write } from "../../sdk/call.ts";
import { digest } from "../../sdk/codec.ts";
import { tagMap } from "../../sdk/tags.ts";
import type { Tags } from "../../sdk/unit.ts";
import { parseConfig } from "../../settings/settings.ts";
import type { Candidate } from "../guards/guard.ts";
import type { Host } from "./host.ts";
import { reader } from "./reader.ts";

/** A proposal in hand, with all that guards, ledger and verification need of its target. */
export interface Work extends Candidate {
  readonly because: string;
  readonly call: CallData;
  readonly write: Write;
  /** As the proposal gave it; `null`: the operation's own inverse. */
  readonly undo: readonly CallData[] | null;
  readonly once: string | null;
  readonly savesPerMonth: number | null;
  /**
   * Of target, operation and input: not of `because` and `savesPerMonth`, which change daily
   * (rule: what-cannot-come-back).
   */
  readonly digest: string;
  /** The target's state before the call. */
  readonly before: unknown;
}

export interface Looked {
  readonly at: Date;
  readonly found: number;
  /** Ordered by target. */
  readonly work: readonly Work[];
  /** The state of each target, where they were looked at by name. */
  readonly states: ReadonlyMap<string, { readonly state: unknown; readonly within: string | null }>;
}

const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];
const plain = ({ operation, input }: CallData): CallData => ({ operation, input });
const memo = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};

async function* each<F>(found: AsyncIterable<F> | Promise<Iterable<F>>): AsyncIterable<F> {
  yield* Symbol.asyncIterator in found ? found : await found;
}

/**
 * @param only the targets to look at, in whatever state; `undefined`: everything
 * @param measure whether to record since when `counts` is true
 */
export async function look(
  unit: AnyAutomation,
  host: Host,
  region: string,
  only: readonly string[] | undefined,
  measure = false,
): Promise<Looked> {
  const now = host.clock.now();
  const config = parseConfig(unit, host.settings.config);
  const read = reader(unit.reads, host.clients, region);
  const place: Place = { unit: unit.id, account: host.account, region };
  const here = { account: host.account, region, now };
  const seen = unit.counts ? await seenAt(host.store, place) : undefined;

  const work = new Map<string, Work>();
  const states = new Map<string, { state: unknown; within: string | null }>();
  let found = 0;
  for await (const thing of each(unit.find({ ...here, config, read, only }))) {
    found += 1;
    const target = unit.target(thing);
    const { id } = target;
    if (!id)
      throw new Error(
        `${unit.id} found something without an id: ${JSON.stringify(thing).slice(0, 200)}`,
      );
    const within = target.within?.id ?? null;
    const state = unit.state(thing);
    if (only) states.set(id, { state, within });

    let since = seen?.get(id);
    if (seen && unit.counts) {
      const counts = unit.counts(thing);
      if (counts && !since) since = now;
      if (!counts) since = undefined;
      if (measure && counts !== seen.has(id))
        await (counts ? beginSeen(host.store, place, id, now) : endSeen(host.store, place, id));
    }

    const proposal = unit.propose(thing, { ...here, config, since });
    if (!proposal) continue;
    const call = plain(proposal.call);
    const write = unit.writes.find(({ operation }) => operation === call.operation);
    if (!write)
      throw new Error(
        `${unit.id} proposes ${call.operation}, which is not among its declared writes`,
      );
    const given = proposal.undo === undefined ? null : asList(proposal.undo).map(plain);
    const covered = coveredBy(id, call);

    const fetched = memo(async (): Promise<Tags> => {
      if (unit.tags) return unit.tags(thing, { read });
      throw new Error(`${unit.id} gives ${id} no tags and has no function that fetches them`);
    });
    const mapped = async (tags: Tags | undefined) => tagMap(tags ?? (await fetched()));
    work.set(covered, {
      target: id,
      within,
      managed: target.managed ?? null,
      state: digest(state),
      tags: () => mapped(target.tags),
      withinTags: async () => (target.within ? mapped(target.within.tags) : undefined),
      because: proposal.because,
      call,
      write,
      undo: given,
      once: proposal.once ?? null,
      savesPerMonth: proposal.savesPerMonth ?? null,
      digest: covered,
      before: state,
    });
  }
  return {
    at: now,
    found,
    states,
    work: [...work.values()].sort((a, b) =>
      a.target < b.target ? -1 : a.target > b.target ? 1 : a.digest < b.digest ? -1 : 1,
    ),
  };
}

/** What an approval of one proposal is for: target, operation and input. */
export const coveredBy = (target: string, { operation, input }: CallData): string =>
  digest([target, operation, input]);

/** Covers the sorted digests of the proposals. */
export const planHash = (work: readonly { readonly digest: string }[]): string =>
  digest(work.map(({ digest: one }) => one).sort());

/** The way back as it can be said before the call is made. */
export function wayBack({
  write,
  call,
  undo,
}: Pick<Work, "write" | "call" | "undo">): WayBackShown {
  if (undo) return undo.length === 1 && undo[0] ? undo[0] : undo;
  if (write.irreversible !== undefined) return { irreversible: write.irreversible };
  let asked = false;
  const answer = new Proxy(
    {},
    {
      get() {
        asked = true;
      },
    },
  );
  const operation = write.undoneBy[0]?.operation ?? "";
  try {
    const calls = write.invert(call.input, answer).map(plain);
    if (asked) return { operation, input: null };
    return calls.length === 1 && calls[0] ? calls[0] : calls;
  } catch {
    // The inverse takes the answer apart, and there is none yet.
    return { operation, input: null };
  }
}

export const shownProposal = (work: Work): Omit<Proposed, "held"> => ({
  target: work.target,
  because: work.because,
  call: work.call,
  undo: wayBack(work),
  savesPerMonth: work.savesPerMonth,
});
