/** Plans that wait for a person. */
import { inOneLine, NotPossible } from "../sdk/errors.ts";
import { type Saving, savingOf } from "../sdk/saving.ts";
import { before, days } from "../sdk/time.ts";
import { runOf, stamp, unitOf } from "./ids.ts";
import { keys, type Place } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import type { PlanPart, Proposed } from "./result.ts";
import type { Store } from "./store.ts";

export interface StoredPlan extends Place {
  readonly id: string;
  readonly run: string;
  readonly hash: string;
  readonly at: Date;
  readonly expires: Date;
  /** Why a person is asked. */
  readonly why: string;
  /**
   * Who asked for the run, by hand or by the call that it answers, if anyone: the settings may
   * forbid that they approve it.
   */
  readonly requester: string | null;
  /** Where more waited than one plan holds. */
  readonly part?: PlanPart & {
    /** The plan of the part after this one. */
    readonly next: string | null;
  };
  readonly proposals: readonly (Proposed & { readonly digest: string })[];
}

/** Whether it hasRoom into an item of the table. */
export const hasRoom = (plan: StoredPlan): boolean => packed(plan) !== undefined;

export async function storePlan(store: Store, plan: StoredPlan): Promise<void> {
  const body = packed(plan);
  if (body === undefined)
    throw new NotPossible(
      `the plan of ${plan.proposals.length} proposals is too large to be stored; narrow the unit's config, or raise its caps, and run again`,
    );
  await store.put({ ...keys.plan(plan.unit, plan.id), type: "plan", state: "open", body });
}

export async function planById(store: Store, id: string): Promise<StoredPlan | undefined> {
  const found = await store.get(keys.plan(unitOf(id), id));
  return found && planIn(found.body, id);
}

const planIn = (body: unknown, id: string): StoredPlan =>
  unpacked(body, `the plan ${id}`) as StoredPlan;

/** Longer than any plan may be approved. */
const longest = days(7);

/** Plans that could still be decided on, and why others cannot be read: one hides no other. */
export interface WaitingPlans<P = StoredPlan> {
  readonly plans: readonly P[];
  readonly unreadable: readonly string[];
}

/** A plan without what it proposes, of which there may be very much. */
export interface PlanInShort extends Omit<StoredPlan, "proposals"> {
  readonly changes: number;
  readonly saves: Saving;
}

export const planInShort = ({ proposals, ...plan }: StoredPlan): PlanInShort => ({
  ...plan,
  changes: proposals.length,
  saves: savingOf(proposals),
});

/** Those of a unit, in short. */
export const waitingInShort = (
  store: Store,
  unit: string,
  now: Date,
): Promise<WaitingPlans<PlanInShort>> => waitingOf(store, unit, now, planInShort);

/** Those of a unit. Whether they were decided on, only the decision says. */
export const waitingPlans = (store: Store, unit: string, now: Date): Promise<WaitingPlans> =>
  waitingOf(store, unit, now, (plan) => plan);

/** @param kept of each plan, so that not all of all must be held at once */
async function waitingOf<P>(
  store: Store,
  unit: string,
  now: Date,
  kept: (plan: StoredPlan) => P,
): Promise<WaitingPlans<P>> {
  const plans: P[] = [];
  const unreadable: string[] = [];
  // A plan's id begins with its run's, which says when that was.
  const from = `${unit}.${stamp(before(now, longest))}`;
  for await (const { sk, body } of store.query(keys.plan(unit, "").pk, { from })) {
    try {
      const plan = planIn(body, sk);
      if (plan.expires > now) plans.push(kept(plan));
    } catch (error) {
      unreadable.push(inOneLine(error));
    }
  }
  return { plans, unreadable };
}

/** @throws {NotPossible} that says what to look at instead */
export async function planOrThrow(store: Store, id: string): Promise<StoredPlan> {
  const plan = await planById(store, id);
  if (plan) return plan;
  const run = runOf(id);
  throw new NotPossible(
    `there is no plan ${id}; a run in mode ask stores one and prints its id${run && run !== id ? `, see \`npx nightshift history\` for ${run}` : ""}`,
  );
}
