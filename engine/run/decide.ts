/** What of a plan goes ahead, what waits for a person, and what is only said. */

import { type CapCounter, capLimit, takeFromCap, takePlaces } from "../../ledger/caps.ts";
import type { StoredPlan } from "../../ledger/plans.ts";
import type { Held } from "../../ledger/result.ts";
import { looksAtAll } from "../../ledger/start.ts";
import type { Step } from "../../ledger/store.ts";
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
  /** What waits, in as many parts as it takes; not stored yet. */
  readonly plans: readonly StoredPlan[];
  /** What takes the changes that go ahead from the cap; before it is written none of them may. */
  readonly cap?: Step;
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
  /** How many things the last complete sweep looked at, where there was one. */
  readonly swept: number | undefined;
}

const nothing: DecidedByMode = { go: [], waiting: [], plans: [], held: new Map() };

/**
 * @param free what no guard holds
 * @param counter what other runs have taken from the cap
 */
export function decideByMode(
  free: readonly PlannedChange[],
  deciding: Deciding,
  counter: CapCounter,
): DecidedByMode {
  const { attempt, looked, now, alreadyDone } = deciding;
  const { start, run } = attempt;
  if (!mayChange(now.mode)) return { ...nothing, held: heldAll(free, now) };
  // A person has decided on exactly these.
  if (start.kind === "decision") {
    const count = alreadyDone + free.length;
    const taking = takeFromCap(counter, { run, count, limit: undefined, at: looked.at });
    return { ...nothing, go: free, ...capOf(taking) };
  }
  if (now.mode === "ask") return ask(free, now.why ?? "the mode is ask", deciding);

  const asked = free.flatMap((change) => {
    const reason = asksFirst(deciding, change);
    return reason ? [{ change, reason }] : [];
  });
  const first = new Set(asked.map(({ change }) => change));
  const { go, over, why, ...cap } = withinCap(
    free.filter((change) => !first.has(change)),
    deciding,
    counter,
  );
  // Over the cap nothing is done at all: a mass of changes is more likely our mistake than the
  // account's (rule: caps). What protects acts on the worst: to wait would leave all of it open.
  if (over.length && !go.length) return { ...ask(free, why, deciding), ...cap };
  const reasons = new Set([...(over.length ? [why] : []), ...asked.map(({ reason }) => reason)]);
  return { ...ask([...over, ...first], [...reasons].join("; "), deciding), go, ...cap };
}

const capOf = ({ step }: { readonly step?: Step }): Pick<DecidedByMode, "cap"> =>
  step ? { cap: step } : {};

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
function asksFirst(
  { attempt }: Deciding,
  { write, putBack, asks }: PlannedChange,
): string | undefined {
  const { settings } = attempt.host;
  if (asks !== undefined) return asks;
  if (settings.irreversible === "ask") {
    if (write.back === "never") return "what cannot be undone asks first";
    if (write.uncertain !== undefined) return "what may not come back asks first";
  }
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
  readonly cap?: Step;
}

/** Takes from the cap: all or nothing, or, for what protects, as many as there is room for. */
function withinCap(
  changes: readonly PlannedChange[],
  deciding: Deciding,
  counter: CapCounter,
): WithinCap {
  if (!changes.length) return { go: [], over: [], why: "" };
  const { attempt, looked, alreadyDone } = deciding;
  const { start, run, host } = attempt;
  const { settings } = host;
  const swept = looksAtAll(start) ? looked.found : deciding.swept;
  const limit = capLimit(capsOf(attempt), swept);
  const count = alreadyDone + changes.length;
  const basis =
    swept === undefined ? ", as no sweep has been completed yet" : ` for ${swept} things looked at`;
  const whyOver = (used: number) =>
    `${count} changes and the ${used} of the last day would exceed the cap of ${limit}${basis}`;

  if (!settings.protects) {
    const taking = takeFromCap(counter, { run, count, limit, at: looked.at });
    const { answer } = taking;
    if (answer.taken) return { go: changes, over: [], why: "", ...capOf(taking) };
    return { go: [], over: changes, why: whyOver(answer.used) };
  }
  const ordered = changes.toSorted(byDanger);
  const matters = ordered.map(matterOf);
  const taking = { run, already: alreadyDone, matters, limit, at: looked.at };
  const places = takePlaces(counter, taking);
  const { granted, used } = places.answer;
  const go = ordered.filter((change) => granted.has(matterOf(change)));
  const over = ordered.filter((change) => !granted.has(matterOf(change)));
  const done = go.length ? `: the worst ${go.length} are done, the others ask` : "";
  const why = over.length ? `${whyOver(used)}${done}` : "";
  return { go, over, why, ...capOf(places) };
}

/** Its own, where what is usual for it is more than for others. */
function capsOf({ unit, host: { settings } }: Attempt): Caps {
  const own = unit.caps?.(parseConfig(unit, settings.config));
  return own ? { ...settings.caps, ...own } : settings.caps;
}

/** What is put back is the same matter, under whatever id. */
const matterOf = ({ target, within, kin }: PlannedChange): string =>
  digest(within === null ? [target] : [within, kin]).slice(0, 10);

/** What waits as a plan, if anything does. */
function ask(
  waiting: readonly PlannedChange[],
  why: string,
  { attempt, looked }: Deciding,
): DecidedByMode {
  if (!waiting.length) return nothing;
  const { start, run, place } = attempt;
  const head: PlanHead = {
    ...place,
    run,
    at: looked.at,
    expires: after(looked.at, planLife),
    why,
    requester: start.by ?? null,
  };
  return { ...nothing, waiting, plans: plansOf(head, waiting) };
}
