/** Find and propose again for the touched targets: proposing nothing is the proof. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { amend } from "../../ledger/outcomes.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Host } from "./host.ts";
import { lookUntil } from "./look-until.ts";
import { look } from "./plan.ts";

/**
 * What is not seen after a while is unknown; never failed for that, never sent again (rule:
 * reads-lag).
 * @returns the records with what was seen: `verified`, and the state after
 */
export async function verifyTargets(
  unit: AnyAutomation,
  records: readonly ActionRecord[],
  region: string,
  host: Host,
): Promise<ActionRecord[]> {
  const done = new Map<string, ActionRecord>();
  let left = records.filter(({ outcome }) => outcome === "applied" || outcome === "already");
  if (!left.length) return [...records];
  await lookUntil(host, async () => {
    const targets = left.map(({ target }) => target);
    const { work, states } = await look(unit, host, region, targets);
    const proposed = new Set(work.map(({ target }) => target));
    for (const one of left)
      done.set(one.id, {
        ...one,
        verified: proposed.has(one.target) ? null : true,
        after: states.get(one.target)?.state,
      });
    left = left.filter(({ target }) => proposed.has(target));
    return left.length === 0;
  });
  for (const one of done.values()) await amend(host.store, "unit", one);
  return records.map((one) => done.get(one.id) ?? one);
}
