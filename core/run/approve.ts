/** A person's word on a plan: names its hash, works once, expires, and carries an authenticated identity. */
import { NotPossible } from "../errors.ts";
import { type Decision, decideOnce, decisionOn } from "../ledger/decisions.ts";
import { put } from "../ledger/outbox.ts";
import { planOrThrow, type StoredPlan } from "../ledger/plans.ts";
import type { Store } from "../ledger/store.ts";
import type { ParsedSettings } from "../settings.ts";

/**
 * Whether an identity is one that the settings name: a user's or role's ARN exactly; a session of a role counts as the
 * role (`arn:aws:sts::123456789012:assumed-role/oncall/ann` is `arn:aws:iam::123456789012:role/oncall`).
 */
export function isApprover(by: string, approvers: readonly string[]): boolean {
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/(.+)\/[^/]+$/.exec(by);
  const role = session && `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
  return approvers.some((one) => {
    // A role's path is not part of its sessions' ARNs.
    const withoutPath = one.replace(/:role\/.*\//, ":role/");
    return one === by || (role !== null && (one === role || withoutPath === role));
  });
}

/** @throws {NotPossible} that says who may, or that it is too late */
export function mayApprove(plan: StoredPlan, by: string, at: Date, settings: Pick<ParsedSettings, "approvers">): void {
  if (at > plan.expires) throw new NotPossible(`${plan.id} expired at ${plan.expires.toISOString()}: run ${plan.unit} again and decide on the new plan`);
  if (isApprover(by, settings.approvers)) return;
  const who = settings.approvers.length ? `the settings name ${settings.approvers.join(", ")}` : "the settings' `approvers` is empty, so nobody may";
  throw new NotPossible(`${by} may not decide on ${plan.id}: ${who}`);
}

/**
 * Records a decision.
 * @param by the ARN that IAM authenticated
 * @returns the decision and its plan; what was approved is carried out by the unit's own run
 * @throws {NotPossible} when there is no such plan, it has expired, was decided on already, or the identity may not
 */
export async function decideOn(
  id: string,
  verdict: Decision["verdict"],
  by: string,
  now: Date,
  store: Store,
  settings: Pick<ParsedSettings, "approvers">,
): Promise<{ readonly decision: Decision; readonly plan: StoredPlan }> {
  const plan = await planOrThrow(store, id);
  mayApprove(plan, by, now, settings);
  const decision: Decision = { plan: id, hash: plan.hash, verdict, by, at: now };
  const earlier = (await decideOnce(store, decision)) ? undefined : await decisionOn(store, id);
  // The same person may say the same again: the answer to the first may have been lost.
  if (earlier && (earlier.verdict !== verdict || earlier.by !== by))
    throw new NotPossible(`${id} was already decided on: ${earlier.verdict} by ${earlier.by} at ${earlier.at.toISOString()}`);
  const standing = earlier ?? decision;
  if (verdict === "deny")
    await put(store, "decision", {
      id: `${id}.denied`,
      at: standing.at,
      account: plan.account,
      region: plan.region,
      unit: plan.unit,
      kind: "decision",
      severity: "info",
      title: `${plan.unit}: ${plan.proposals.length} proposed change${plan.proposals.length === 1 ? " was" : "s were"} denied`,
      facts: { plan: id, by, "so what": "nothing of it is done; a later run may propose it again" },
    });
  return { decision: standing, plan };
}
