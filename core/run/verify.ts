/** Find and propose again for the touched targets: proposing nothing is the proof. */
import type { AnyAutomation } from "../automation.ts";
import { type ActionRecord, amend } from "../ledger/actions.ts";
import { after, seconds } from "../time.ts";
import { attemptSeconds } from "./clients.ts";
import type { Host } from "./host.ts";
import { look } from "./plan.ts";

/** Reads lag: back-off up to two minutes, then unknown; never failed for that, never sent again (rules.md, 18). */
const pauses = [0, 1, 2, 4, 8, 15, 30, 60];

/** @returns the records with what was seen: `verified`, and the state after */
export async function verify(unit: AnyAutomation, records: readonly ActionRecord[], region: string, host: Host): Promise<ActionRecord[]> {
  const done = new Map<string, ActionRecord>();
  let left = records.filter(({ outcome }) => outcome === "applied" || outcome === "already");
  for (const pause of pauses) {
    if (!left.length) break;
    if (pause) {
      if (after(host.clock.now(), seconds(pause + 2 * attemptSeconds)) > host.deadline) break;
      await host.clock.sleep(seconds(pause));
    }
    const { work, states } = await look(
      unit,
      host,
      region,
      left.map(({ target }) => target),
    );
    const proposed = new Set(work.map(({ target }) => target));
    for (const one of left) done.set(one.id, { ...one, verified: proposed.has(one.target) ? null : true, after: states.get(one.target)?.state });
    left = left.filter(({ target }) => proposed.has(target));
  }
  for (const one of done.values()) await amend(host.store, "unit", one);
  return records.map((one) => done.get(one.id) ?? one);
}
