/** What of a plan goes ahead, what waits for a person, and what is only said. */

import { capLimit, takeFromCap, takePlaces } from "../../ledger/caps.ts";
import { lastSweep } from "../../ledger/heartbeats.ts";
import { type StoredPlan, storePlan } from "../../ledger/plans.ts";
import type { Held } from "../../ledger/result.ts";
import { looksAtAll } from "../../ledger/start.ts";
import { digest } from "../../sdk/codec.ts";
import { after, days } from "../../sdk/time.ts";
import { mayChange } from "../../settings/mode.ts";
import { type Caps, parseConfig } from "../../settings/settings.ts";
import type { Attempt } from "./attempt.ts";
import type { Looked } from "./find.ts";
import type { ModeNow } from "./mode.ts";
import { type PlanHead, plansOf } from "./plan-parts.ts";
import { byDanger, type PlannedChange } from "./planned-change.ts";

/** How long a plan may be approved. */
const planLife = days(3);

export interface DecidedByMode {
  readonly go: readonly PlannedChange[];
  readonly waiting: readonly PlannedChange[];
  /** Of several parts the first. */
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

  const asked = free.flatMap((change) => {
    const reason = asksFirst(deciding, change);
    return reason ? [{ change, reason }] : [];
  });
  const first = new Set(asked.map(({ change }) => change));
  const { go, over, why } = await withinCap(
    free.filter((change) => !first.has(change)),
    deciding,
  );
  // Over the cap nothing is done at all: a mass of changes is more likely our mistake than the
  // account's (rule: caps). What protects acts on the worst: to wait would leave all of it open.
  if (over.length && !go.length) return ask(free, why, deciding);
  const reasons = new Set([...(over.length ? [why] : []), ...asked.map(({ reason }) => reason)]);
  return { ...(await ask([...over, ...first], [...reasons].join("; "), deciding)), go };
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

/** @returns why a person is asked before it is done; nothing: it may go ahead */
function asksFirst({ attempt }: Deciding, { write, putBack }: PlannedChange): string | undefined {
  const { settings } = attempt.host;
  if (write.back === "never" && settings.irreversible === "ask")
    return "what cannot be undone asks first";
  // What protects does it again: whoever opens a port twice must not keep it open by that.
  if (putBack && !settings.protects && attempt.start.kind !== "redo")
    return "what somebody changed back asks first";
  return undefined;
}

/** What the cap lets go ahead, what it does not, and why. */
interface WithinCap {
  readonly go: readonly PlannedChange[];
  readonly over: readonly PlannedChange[];
  readonly why: string;
}

/** Takes from the cap: all or nothing, or, for what protects, as many as there is room for. */
async function withinCap(
  changes: readonly PlannedChange[],
  deciding: Deciding,
): Promise<WithinCap> {
  if (!changes.length) return { go: [], over: [], why: "" };
  const { attempt, looked, alreadyDone } = deciding;
  const { start, run, place, host } = attempt;
  const { settings, store } = host;
  const swept = looksAtAll(start) ? looked.found : (await lastSweep(store, place))?.found;
  const limit = capLimit(capsOf(attempt), swept);
  const count = alreadyDone + changes.length;
  const basis =
    swept === undefined ? ", as no sweep has been completed yet" : ` for ${swept} things looked at`;
  const whyOver = (used: number) =>
    `${count} changes and the ${used} of the last day would exceed the cap of ${limit}${basis}`;

  if (!settings.protects) {
    const answer = await takeFromCap(store, place, { run, count, limit, at: looked.at });
    if (answer.taken) return { go: changes, over: [], why: "" };
    return { go: [], over: changes, why: whyOver(answer.used) };
  }
  const ordered = changes.toSorted(byDanger);
  const matters = ordered.map(matterOf);
  const taking = { run, already: alreadyDone, matters, limit, at: looked.at };
  const { granted, used } = await takePlaces(store, place, taking);
  const go = ordered.filter((change) => granted.has(matterOf(change)));
  const over = ordered.filter((change) => !granted.has(matterOf(change)));
  const done = go.length ? `: the worst ${go.length} are done, the others ask` : "";
  return { go, over, why: over.length ? `${whyOver(used)}${done}` : "" };
}

/** Its own, where what is usual for it is more than for others. */
function capsOf({ unit, host: { settings } }: Attempt): Caps {
  const own = unit.caps?.(parseConfig(unit, settings.config));
  return own ? { ...settings.caps, ...own } : settings.caps;
}

/** What is put back is the same matter, under whatever id. */
const matterOf = ({ target, within, kin }: PlannedChange): string =>
  digest(within === null ? [target] : [within, kin]).slice(0, 10);

/** Stores what waits as a plan, if anything does. */
async function ask(
  waiting: readonly PlannedChange[],
  why: string,
  { attempt, looked }: Deciding,
): Promise<DecidedByMode> {
  if (!waiting.length) return nothing;
  const { start, run, place, host } = attempt;
  const head: PlanHead = {
    ...place,
    run,
    at: looked.at,
    expires: after(looked.at, planLife),
    why,
    requester: start.by ?? null,
  };
  const plans = plansOf(head, waiting);
  for (const plan of plans) await storePlan(host.store, plan);
  return { ...nothing, waiting, plan: plans[0] ?? null };
}
