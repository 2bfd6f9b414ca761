/** Takes up a run that died: what it had begun is looked at before anything is sent again. */
import type { AnyAutomation } from "../automation.ts";
import { type ActionRecord, actionsOf, settle } from "../ledger/actions.ts";
import type { Place } from "../ledger/keys.ts";
import type { Host } from "./host.ts";
import { look } from "./plan.ts";

/** @returns what the earlier attempts have done, and what became of what they had begun */
export async function recover(unit: AnyAutomation, run: string, place: Place, host: Host): Promise<ActionRecord[]> {
  const known = await actionsOf(host.store, "unit", unit.id, run);
  const doubtful = known.filter(({ outcome }) => outcome === "intended");
  const settled = known.filter(({ outcome }) => outcome === "applied" || outcome === "already");
  if (!doubtful.length) return settled;
  host.log.warn("an earlier attempt died while it was changing something", { run, actions: doubtful.map(({ id }) => id) });
  const { work, states } = await look(
    unit,
    host,
    place.region,
    doubtful.map(({ target }) => target),
  );
  const proposed = new Map(work.map((one) => [one.target, one.digest]));
  for (const one of doubtful) {
    const now = proposed.get(one.target);
    // Still proposed as it was: it had no effect, and this attempt proposes it again under the same id.
    if (now === one.digest) continue;
    const outcome = now === undefined ? "applied" : "failed";
    const ended: ActionRecord = {
      ...one,
      outcome,
      verified: outcome === "applied" ? true : null,
      after: states.get(one.target)?.state,
      error: outcome === "applied" ? null : "the run died while it was being changed, and it is in another state now: look at a new plan",
    };
    await settle(host.store, "unit", ended);
    settled.push(ended);
  }
  return settled;
}
