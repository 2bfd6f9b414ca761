/** What of a plan goes ahead, what waits for a person, and what is only said. */

import { capLimit, takeFromCap } from "../../ledger/caps.ts";
import { lastSweep } from "../../ledger/heartbeats.ts";
import { planId } from "../../ledger/ids.ts";
import { type StoredPlan, storePlan } from "../../ledger/plans.ts";
import type { Held } from "../../ledger/result.ts";
import { after, days } from "../../sdk/time.ts";
import { mayChange } from "../../settings/mode.ts";
import type { Attempt } from "./attempt.ts";
import type { Looked } from "./find.ts";
import type { ModeNow } from "./mode.ts";
import { type PlannedChange, planHash } from "./planned-change.ts";
import { shownProposal } from "./shown-proposal.ts";

/** How long a plan may be approved. */
const planLife = days(3);

export interface DecidedByMode {
  readonly go: readonly PlannedChange[];
  readonly waiting: readonly PlannedChange[];
  readonly plan: StoredPlan | null;
  /** What the mode holds, by digest. */
  readonly held: ReadonlyMap<string, Held>;
}

/** What a decision goes by. */
export interface Deciding {
  readonly attempt: Attempt;
  readonly looked: Looked;
  readonly now: ModeNow;
  /** How many changes earlier attempts of this run have made. */
  readonly alreadyDone: number;
}

const nothing: DecidedByMode = { go: [], waiting: [], plan: null, held: new Map() };

/** @param free what no guard holds */
export async function decideByMode(
  free: readonly PlannedChange[],
  deciding: Deciding,
): Promise<DecidedByMode> {
  const { attempt, looked, now, alreadyDone } = deciding;
  const { start, run, place, host } = attempt;
  if (!mayChange(now.mode)) return { ...nothing, held: heldAll(free, now) };
  // A person has decided on exactly these.
  if (start.kind === "decision") {
    const count = alreadyDone + free.length;
    await takeFromCap(host.store, place, { run, count, limit: undefined, at: looked.at });
    return { ...nothing, go: free };
  }
  if (now.mode === "ask") return ask(free, now.why ?? "the mode is ask", deciding);

  const final = free.filter(({ write }) => asksFirst(deciding, write.back));
  const go = free.filter((change) => !final.includes(change));
  const over = await overCap(go.length, deciding);
  // Over the cap nothing is done at all: a mass of changes is more likely our mistake than the
  // account's (rule: caps).
  if (over) return ask(free, over, deciding);
  return { ...(await ask(final, "what cannot be undone asks first", deciding)), go };
}

const retired: Held = {
  by: "retired",
  why: "the mode is retired: it changes nothing more, and what it did can be taken back",
};

function heldAll(free: readonly PlannedChange[], { mode, why }: ModeNow): Map<string, Held> {
  const watched: Held = {
    by: "watch",
    why: why ?? "the mode is watch: it only says what it would do",
  };
  const held = mode === "retired" ? retired : watched;
  return new Map(free.map(({ digest }) => [digest, held]));
}

const asksFirst = ({ attempt }: Deciding, back: PlannedChange["write"]["back"]): boolean =>
  back === "never" && attempt.host.settings.irreversible === "ask";

/** @returns by how much the cap would be exceeded, in words; nothing: so many are taken from it */
async function overCap(
  changes: number,
  { attempt, looked, alreadyDone }: Deciding,
): Promise<string | undefined> {
  if (!changes) return undefined;
  const { start, run, place, host } = attempt;
  const isSweep = start.only === undefined;
  const swept = isSweep ? looked.found : (await lastSweep(host.store, place))?.found;
  const limit = capLimit(host.settings.caps, swept);
  const count = alreadyDone + changes;
  const answer = await takeFromCap(host.store, place, { run, count, limit, at: looked.at });
  if (answer.taken) return undefined;
  const basis =
    swept === undefined ? ", as no sweep has been completed yet" : ` for ${swept} things looked at`;
  return `${count} changes and the ${answer.used} of the last day would exceed the cap of ${limit}${basis}`;
}

/** Stores what waits as a plan, if anything does. */
async function ask(
  waiting: readonly PlannedChange[],
  why: string,
  { attempt, looked }: Deciding,
): Promise<DecidedByMode> {
  if (!waiting.length) return nothing;
  const { start, run, place, host } = attempt;
  const hash = planHash(waiting);
  const plan: StoredPlan = {
    ...place,
    id: planId(run, hash),
    run,
    hash,
    at: looked.at,
    expires: after(looked.at, planLife),
    why,
    requester: start.by ?? null,
    proposals: waiting.map((change) => ({
      ...shownProposal(change),
      held: null,
      digest: change.digest,
    })),
  };
  await storePlan(host.store, plan);
  return { ...nothing, waiting, plan };
}
