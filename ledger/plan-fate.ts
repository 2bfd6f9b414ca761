/** What became of a plan that a person was asked about. */

import { type Decision, decisionOn } from "./decisions.ts";
import { runId } from "./ids.ts";
import { keys, type Place } from "./keys.ts";
import type { StoredPlan } from "./plans.ts";
import type { RunResult } from "./result.ts";
import { runById } from "./runs.ts";
import { decisionKey, type Start } from "./start.ts";
import type { Store } from "./store.ts";

export type PlanFate =
  | { readonly state: "waiting" }
  /** Nobody decided in time. */
  | { readonly state: "expired" }
  | { readonly state: "denied"; readonly decision: Decision }
  /** Approved; what came of carrying it out is not recorded yet, or not any more. */
  | { readonly state: "approved"; readonly decision: Decision; readonly begun: string | null }
  | { readonly state: "carried-out"; readonly decision: Decision; readonly run: RunResult };

/** The run that carries out a decision, once one has begun. */
async function carryingRun(store: Store, place: Place, plan: string): Promise<string | undefined> {
  const claim = await store.get(keys.claim(place, decisionKey(plan)));
  const start = (claim?.body as { readonly start?: Start } | undefined)?.start;
  return start && runId(place, start);
}

/** @param now after which a plan can no longer be decided on */
export async function fateOf(store: Store, plan: StoredPlan, now: Date): Promise<PlanFate> {
  const decision = await decisionOn(store, plan.id);
  if (!decision) return { state: plan.expires > now ? "waiting" : "expired" };
  if (decision.verdict === "deny") return { state: "denied", decision };
  const { unit, account, region } = plan;
  const begun = await carryingRun(store, { unit, account, region }, plan.id);
  const run = begun && (await runById(store, "unit", unit, begun));
  if (run) return { state: "carried-out", decision, run };
  return { state: "approved", decision, begun: begun ?? null };
}
