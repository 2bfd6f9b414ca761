/** Takes up a run that died: what it had begun is looked at before anything is sent again. */
import type { AnyAutomation } from "../automation.ts";
import { type ActionRecord, actionsOf, lastChange, settle } from "../ledger/actions.ts";
import type { Place } from "../ledger/keys.ts";
import { before, seconds } from "../time.ts";
import type { Host } from "./host.ts";
import { look } from "./plan.ts";
import type { Start } from "./start.ts";

/** @returns what the earlier attempts have done, and what became of what they had begun */
export async function recover(unit: AnyAutomation, run: string, { kind }: Pick<Start, "kind">, place: Place, host: Host): Promise<ActionRecord[]> {
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
  const cooled = kind === "decision" || kind === "redo" ? seconds(0) : host.settings.coolDown;
  const proposed = new Map(work.map((one) => [one.target, one.digest]));
  for (const one of doubtful) {
    const now = proposed.get(one.target);
    // Another run has done it, and counts it as its own: when this lease was over, or just before this lock was taken,
    // and an earlier change would have cooled down.
    const last = await lastChange(host.store, place, one.target);
    if (last && last.action !== one.id && last.at > before(one.at, cooled)) {
      const left: ActionRecord = { ...one, outcome: "held", held: { by: "changed", why: `${last.action} has changed it meanwhile` } };
      await settle(host.store, "unit", left);
      if (now !== one.digest) settled.push(left);
      continue;
    }
    // Still proposed as it was: it had no effect, and this attempt proposes it again under the same id.
    if (now === one.digest) {
      await settle(host.store, "unit", { ...one, outcome: "held", held: { by: "lock", why: "the attempt died before it changed anything" } });
      continue;
    }
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
