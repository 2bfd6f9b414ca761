/** Find and propose again for the touched targets: proposing nothing is the proof. */

import { type ActionRecord, isDone } from "../../ledger/actions.ts";
import type { Attempt } from "./attempt.ts";
import { look } from "./find.ts";
import { lookUntil } from "./look-until.ts";

export interface VerifiedTargets {
  readonly records: readonly ActionRecord[];
  /** Those of them that say more than is written. */
  readonly amended: readonly ActionRecord[];
}

/**
 * What is not seen after a while is unknown; never failed for that, never sent again (rule:
 * reads-lag).
 * @returns the records with what was seen: `verified`, and the state after
 */
export async function verifyTargets(
  attempt: Attempt,
  records: readonly ActionRecord[],
): Promise<VerifiedTargets> {
  const { host } = attempt;
  const seen = new Map<string, ActionRecord>();
  let left = records.filter(isDone);
  if (!left.length) return { records, amended: [] };
  await lookUntil(host, async () => {
    const targets = left.map(({ target }) => target);
    const { changes, states, unjudged } = await look(attempt, targets);
    // What cannot be judged proves nothing.
    const proposed = new Set([...changes.map(({ target }) => target), ...unjudged.keys()]);
    for (const record of left) {
      const verified = proposed.has(record.target) ? null : true;
      seen.set(record.id, { ...record, verified, after: states.get(record.target)?.state });
    }
    left = left.filter(({ target }) => proposed.has(target));
    return left.length === 0;
  });
  return {
    records: records.map((record) => seen.get(record.id) ?? record),
    amended: [...seen.values()],
  };
}
