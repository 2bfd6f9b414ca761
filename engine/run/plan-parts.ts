/** What waits for a person, in plans that can be looked through, stored and carried out. */

import { planId } from "../../ledger/ids.ts";
import { hasRoom, type StoredPlan } from "../../ledger/plans.ts";
import type { AskedPlan } from "../../ledger/result.ts";
import { chunks } from "../../sdk/chunks.ts";
import { byDanger, type PlannedChange, planHash } from "./planned-change.ts";
import { shownProposal } from "./shown-proposal.ts";

/**
 * More than this nobody looks through, and a run has a quarter of an hour to carry it out, where
 * AWS takes a few calls a second.
 */
const mostInPlan = 500;

/** What the plans of a run have in common. */
export type PlanHead = Omit<StoredPlan, "id" | "hash" | "proposals" | "part">;

/** What has been so for longest first; last what nobody has measured. */
const byAge = ({ since: a }: PlannedChange, { since: b }: PlannedChange): number =>
  a && b ? a.getTime() - b.getTime() : Number(!a) - Number(!b);

/**
 * One plan, or as many as it takes: each with a hash of its own, and decided on by itself. The
 * worst come first, then what saves the most, then what has been so for longest.
 */
export function plansOf(head: PlanHead, waiting: readonly PlannedChange[]): StoredPlan[] {
  const ordered = waiting.toSorted(
    (a, b) =>
      b.danger - a.danger ||
      (b.savesPerMonth ?? 0) - (a.savesPerMonth ?? 0) ||
      byAge(a, b) ||
      byDanger(a, b),
  );
  const plans = [...chunks(ordered, mostInPlan)].flatMap((some) => fitting(head, some));
  if (plans.length < 2) return plans;
  return plans.map((plan, index) => ({
    ...plan,
    part: {
      number: index + 1,
      of: plans.length,
      changes: plan.proposals.length,
      final: plan.proposals.filter(({ undo }) => "irreversible" in undo).length,
      next: plans[index + 1]?.id ?? null,
    },
  }));
}

/** As few plans as have room in an item each: names may be long. */
function fitting(head: PlanHead, changes: readonly PlannedChange[]): StoredPlan[] {
  const plan = planOf(head, changes);
  if (changes.length < 2 || hasRoom(plan)) return [plan];
  const half = Math.ceil(changes.length / 2);
  return [changes.slice(0, half), changes.slice(half)].flatMap((some) => fitting(head, some));
}

function planOf(head: PlanHead, changes: readonly PlannedChange[]): StoredPlan {
  const hash = planHash(changes);
  return {
    ...head,
    id: planId(head.run, hash),
    hash,
    // In the plan's own order, which is the same each time.
    proposals: changes.map((change) => ({
      ...shownProposal(change),
      held: null,
      digest: change.digest,
    })),
  };
}

/** As a run's record and message name it. */
export function askedPlan({ id, hash, expires, why, part }: StoredPlan): AskedPlan {
  if (!part) return { id, hash, expires, why };
  const { next: _, ...place } = part;
  return { id, hash, expires, why, part: place };
}
