/** What of a plan goes ahead, what waits for a person, and what is only said. */

import { capLimit, takeFromCap } from "../../ledger/caps.ts";
import { lastSweep } from "../../ledger/heartbeats.ts";
import { type StoredPlan, storePlan } from "../../ledger/plans.ts";
import type { Held } from "../../ledger/result.ts";
import { looksAtAll } from "../../ledger/start.ts";
import { after, days } from "../../sdk/time.ts";
import { mayChange } from "../../settings/mode.ts";
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

  const isFinal = ({ write }: PlannedChange) => asksFirst(deciding, write.back);
  const final = free.filter(isFinal);
  const { go, over, why } = await withinCap(
    free.filter((change) => !isFinal(change)),
    deciding,
  );
  // Over the cap nothing is done at all: a mass of changes is more likely our mistake than the
  // account's (rule: caps). What protects acts on the worst: to wait would leave all of it open.
  if (over.length && !go.length) return ask(free, why, deciding);
  const reasons = [over.length ? why : "", final.length ? "what cannot be undone asks first" : ""];
  return { ...(await ask([...over, ...final], reasons.filter(Boolean).join("; "), deciding)), go };
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

/** What the cap lets go ahead, what it does not, and why. */
interface WithinCap {
  readonly go: readonly PlannedChange[];
  readonly over: readonly PlannedChange[];
  readonly why: string;
}

/** Takes from the cap: all or nothing, or, for what protects, as many as there is room for. */
async function withinCap(
  changes: readonly PlannedChange[],
  { attempt, looked, alreadyDone }: Deciding,
): Promise<WithinCap> {
  if (!changes.length) return { go: [], over: [], why: "" };
  const { start, run, place, host } = attempt;
  const { settings, store } = host;
  const swept = looksAtAll(start) ? looked.found : (await lastSweep(store, place))?.found;
  const limit = capLimit(settings.caps, swept);
  const count = alreadyDone + changes.length;
  const atLeast = settings.protects ? alreadyDone + 1 : undefined;
  const answer = await takeFromCap(store, place, { run, count, limit, at: looked.at, atLeast });
  if (answer.taken === true) return { go: changes, over: [], why: "" };
  const basis =
    swept === undefined ? ", as no sweep has been completed yet" : ` for ${swept} things looked at`;
  const why = `${count} changes and the ${answer.used} of the last day would exceed the cap of ${limit}${basis}`;
  if (answer.taken === false) return { go: [], over: changes, why };
  const ordered = changes.toSorted(byDanger);
  const room = answer.count - alreadyDone;
  const done = `${why}: the worst ${room} are done, the others ask`;
  return { go: ordered.slice(0, room), over: ordered.slice(room), why: done };
}

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
