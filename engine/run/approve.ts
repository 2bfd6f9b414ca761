/**
 * A person's word on a plan: names its hash, works once, expires, and carries an authenticated
 * identity.
 */

import { type Decision, decideOnce, decisionOn, refuseOnce } from "../../ledger/decisions.ts";
import { planOrThrow, type StoredPlan } from "../../ledger/plans.ts";
import type { Store } from "../../ledger/store.ts";
import { put } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { isApprover, partInIt, remedyForOne } from "../same-person.ts";

type Approving = Pick<ParsedSettings, "approvers" | "twoPersonRule">;

/** @throws {NotPossible} that says who may, or that it is too late */
export function mayDecide(
  plan: StoredPlan,
  { verdict, by, at }: Pick<Decision, "verdict" | "by" | "at">,
  settings: Approving,
): void {
  if (at > plan.expires)
    throw new NotPossible(
      `${plan.id} expired at ${plan.expires.toISOString()}: run ${plan.unit} again and decide on the new plan`,
    );
  const asked = plan.requester === null ? [] : [plan.requester];
  // Whoever asked may think better of it.
  const requester = verdict === "approve" && partInIt("approve", by, asked, settings);
  if (requester)
    throw new NotPossible(
      `${by} may not approve ${plan.id}: ${requester} asked for it, and the settings' \`twoPersonRule\` wants somebody else to approve${remedyForOne(by, settings.approvers)}`,
    );
  if (isApprover(by, settings.approvers)) return;
  const who = settings.approvers.length
    ? `the settings name ${settings.approvers.join(", ")}`
    : "the settings' `approvers` is empty, so nobody may";
  throw new NotPossible(`${by} may not decide on ${plan.id}: ${who}`);
}

/** What somebody says of a plan. */
export interface DecisionRequest {
  /** Its id. */
  readonly plan: string;
  readonly verdict: Decision["verdict"];
  /** The ARN that AWS says has signed it, or the member for whom Slack did. */
  readonly by: string;
  readonly at: Date;
  /** Of the plan as it was shown, where it was. */
  readonly hash?: string;
}

export interface DecidedPlan {
  readonly decision: Decision;
  readonly plan: StoredPlan;
}

/**
 * Records a decision; one that is refused too.
 * @returns the decision and its plan; what was approved is carried out by the unit's own run
 * @throws {NotPossible} when there is no such plan, it has expired, was decided on already, or the identity may not
 */
export async function decideOn(
  store: Store,
  settings: Approving,
  { plan: id, verdict, by, at, hash }: DecisionRequest,
): Promise<DecidedPlan> {
  const plan = await planOrThrow(store, id);
  if (hash !== undefined && hash !== plan.hash)
    throw new NotPossible(
      `what lies under ${id} is another plan than the one that was shown: nothing is done`,
    );
  const decision: Decision = { plan: id, hash: plan.hash, verdict, by, at };
  try {
    mayDecide(plan, decision, settings);
  } catch (error) {
    await refuseOnce(store, decision, inOneLine(error));
    throw error;
  }
  const standing = await standingDecision(store, decision);
  if (verdict === "deny") await put(store, "decision", denialMessage(plan, standing));
  return { decision: standing, plan };
}

/**
 * The decision that counts: this one, or the same of the same person before, who may say it again
 * as the answer to the first may have been lost.
 * @throws {NotPossible} when another was first
 */
async function standingDecision(store: Store, decision: Decision): Promise<Decision> {
  if (await decideOnce(store, decision)) return decision;
  const earlier = await decisionOn(store, decision.plan);
  if (!earlier) return decision;
  if (earlier.verdict === decision.verdict && earlier.by === decision.by) return earlier;
  const why = `${decision.plan} was already decided on: ${earlier.verdict} by ${earlier.by} at ${earlier.at.toISOString()}`;
  await refuseOnce(store, decision, why);
  throw new NotPossible(why);
}

const denialMessage = (plan: StoredPlan, { by, at }: Decision): Outgoing => ({
  id: `${plan.id}.denied`,
  at,
  account: plan.account,
  region: plan.region,
  unit: plan.unit,
  kind: "decision",
  severity: "info",
  title: `${plan.unit}: ${count(plan.proposals.length, "proposed change was", "proposed changes were")} denied`,
  plan: plan.id,
  by,
  facts: {
    plan: plan.id,
    by,
    "so what": "nothing of it is done; a later run may propose it again",
    ...(plan.part?.next && { "next part": `npx nightshift approve ${plan.part.next}` }),
  },
});
