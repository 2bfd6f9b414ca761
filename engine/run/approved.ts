/** What of a plan a person has approved; checked again where the power is. */

import { decisionOn } from "../../ledger/decisions.ts";
import { actionId } from "../../ledger/ids.ts";
import { planOrThrow, type StoredPlan } from "../../ledger/plans.ts";
import type { ActionResult } from "../../ledger/result.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { mayDecide } from "./approve.ts";
import type { Attempt } from "./attempt.ts";
import { changedMeanwhile } from "./check-again.ts";
import { coveredBy, planHash } from "./planned-change.ts";
import { heldUnjudged, type Unjudged } from "./unjudged.ts";

type StoredProposal = StoredPlan["proposals"][number];

/** A plan that was approved. */
export interface Approved {
  readonly plan: StoredPlan;
  /** By digest. */
  readonly proposals: ReadonlyMap<string, StoredProposal>;
  /** The targets that it names. */
  readonly targets: readonly string[];
  /** Who asked for it, if anyone, and who approved it. */
  readonly involved: readonly string[];
}

/**
 * @returns nothing where the run carries out no decision
 * @throws {NotPossible} when the plan is another's, or not approved by whoever may
 */
export async function approvedBy(attempt: Attempt): Promise<Approved | undefined> {
  const { start, place, host } = attempt;
  if (start.kind !== "decision") return undefined;
  const stored = await planOrThrow(host.store, start.plan ?? "");
  const { unit, account, region } = place;
  // What was approved there may mean something else here, under the same name.
  if (stored.unit !== unit || stored.account !== account || stored.region !== region)
    throw new NotPossible(
      `${stored.id} is a plan of ${stored.unit} for ${stored.region} in ${stored.account}, not of ${unit} for ${region} in ${account}`,
    );
  const decision = await decisionOn(host.store, stored.id);
  if (decision?.verdict !== "approve") throw new NotPossible(`${stored.id} is not approved`);
  // By what they say, not by the digests that somebody wrote beside it: what was shown is what was
  // approved.
  const proposals = stored.proposals.map((proposal) => ({
    ...proposal,
    digest: coveredBy(proposal.target, proposal.call),
  }));
  if (decision.hash !== stored.hash || planHash(proposals) !== stored.hash)
    throw new NotPossible(`the decision on ${stored.id} is for another plan: nothing is done`);
  mayDecide(stored, decision, host.settings);
  const { requester } = stored;
  return {
    plan: stored,
    proposals: new Map(proposals.map((proposal) => [proposal.digest, proposal])),
    targets: [...new Set(proposals.map(({ target }) => target))],
    involved: [...(requester === null ? [] : [requester]), decision.by],
  };
}

/** What there is of an approved plan. */
export interface LeftOfPlan {
  /** Digests of what is still proposed or was done. */
  readonly known: ReadonlySet<string>;
  /** The targets that still have something proposed. */
  readonly targets: ReadonlySet<string>;
  readonly unjudged: Unjudged;
}

/** What was approved and is no longer so. */
export function goneSince(
  approved: Approved,
  run: string,
  { known, targets, unjudged }: LeftOfPlan,
): ActionResult[] {
  const gone = [...approved.proposals.values()].filter(({ digest }) => !known.has(digest));
  return gone.map((proposal) => ({
    id: actionId(run, proposal.digest),
    target: proposal.target,
    because: proposal.because,
    call: proposal.call,
    outcome: "held",
    verified: null,
    held:
      heldUnjudged(unjudged.get(proposal.target)) ?? changedMeanwhile(targets.has(proposal.target)),
    error: null,
    undo: proposal.undo,
    savesPerMonth: proposal.savesPerMonth,
    ...(proposal.unpriced && { unpriced: true }),
    ...(proposal.name !== undefined && { name: proposal.name }),
  }));
}
