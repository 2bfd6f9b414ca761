/** What a run would do now. */

import type { PlanResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { askedOnce } from "../guards/guard.ts";
import { workplaceOf } from "./attempt.ts";
import { look } from "./find.ts";
import { guardContext, heldByGuards } from "./guard.ts";
import type { Host } from "./host.ts";
import { planHash } from "./planned-change.ts";
import { recognised } from "./put-back.ts";
import { shownProposal } from "./shown-proposal.ts";
import { unjudgedTargets } from "./unjudged.ts";

/**
 * Finds, proposes and asks the guards, but changes and records nothing.
 * @param pretend since when all that the unit counts shall have been so; absent: what was measured
 */
export async function planRun(
  unit: AnyAutomation,
  start: Start,
  host: Host,
  pretend?: Date,
): Promise<PlanResult> {
  const workplace = workplaceOf(unit, start.region, host);
  const looked = await look(workplace, start.only, { pretend });
  const unjudged = unjudgedTargets(looked.unjudged);
  const context = guardContext(workplace, { start, now: looked.at, note() {}, record: false });
  const once = askedOnce(context);
  const { changes, held: byHand } = await recognised(workplace, looked.changes, once);
  const held = new Map([
    ...byHand,
    ...(await heldByGuards(changes, { anew: context, known: once })),
  ]);
  return {
    automation: unit.id,
    account: host.account,
    region: start.region,
    at: looked.at,
    found: looked.found,
    hash: planHash(changes),
    proposals: changes.map((change) => ({
      ...shownProposal(change),
      held: held.get(change.digest) ?? null,
    })),
    ...(unjudged && { unjudged }),
  };
}
