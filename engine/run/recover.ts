/** Takes up a run that died: what it had begun is looked at before anything is sent again. */

import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { maybeSent } from "../../ledger/intents.ts";
import type { Place } from "../../ledger/keys.ts";
import { settle } from "../../ledger/outcomes.ts";
import type { Store } from "../../ledger/store.ts";
import { story } from "../../ledger/story.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Host } from "./host.ts";
import { lookUntil } from "./look-until.ts";
import { look } from "./plan.ts";

export interface Recovered {
  /** What the earlier attempts have done, and what became of what they had begun. */
  readonly records: readonly ActionRecord[];
  /** What failed in them, and may be proposed again. */
  readonly failed: readonly ActionRecord[];
}

export async function recover(
  unit: AnyAutomation,
  run: string,
  place: Place,
  host: Host,
): Promise<Recovered> {
  const known = await actionsOf(host.store, "unit", unit.id, run);
  const doubtful = known.filter(({ outcome }) => outcome === "intended");
  const records = known.filter(({ outcome }) => outcome === "applied" || outcome === "already");
  const failed = known.filter(({ outcome }) => outcome === "failed");
  if (!doubtful.length) return { records, failed };
  host.log.warn("an earlier attempt died while it was changing something", {
    run,
    actions: doubtful.map(({ id }) => id),
  });
  const sent = new Set<ActionRecord>();
  for (const one of doubtful) if (await maybeSent(host.store, one)) sent.add(one);
  const targets = doubtful.map(({ target }) => target);
  let { work, states } = await look(unit, host, place.region, targets);
  const untouched = () => work.some(({ digest }) => [...sent].some((one) => one.digest === digest));
  // Reads lag: what looks untouched may have been changed at the last moment (rule:
  // retries-are-deliveries).
  await lookUntil(host, async () => {
    if (untouched()) ({ work, states } = await look(unit, host, place.region, targets));
    return !untouched();
  });
  const proposed = new Map(work.map((one) => [one.target, one.digest]));
  for (const one of doubtful) {
    const now = proposed.get(one.target);
    const other = sent.has(one) ? await anothers(one, place, host.store) : undefined;
    if (other) {
      const left: ActionRecord = {
        ...one,
        outcome: "held",
        held: { by: "changed", why: `${other.id} has changed it meanwhile` },
      };
      await settle(host.store, "unit", left);
      if (now !== one.digest) records.push(left);
      continue;
    }
    // Never sent, or still proposed as it was: it had no effect, and this attempt proposes it again
    // under the same id.
    if (now === one.digest || !sent.has(one)) {
      await settle(host.store, "unit", {
        ...one,
        outcome: "held",
        held: { by: "lock", why: "the attempt died before it changed anything" },
      });
      continue;
    }
    const outcome = now === undefined ? "applied" : "failed";
    const ended: ActionRecord = {
      ...one,
      outcome,
      verified: outcome === "applied" ? true : null,
      after: states.get(one.target)?.state,
      error:
        outcome === "applied"
          ? null
          : "the run died while it was being changed, and it is in another state now: look at a new plan",
    };
    await settle(host.store, "unit", ended);
    records.push(ended);
  }
  return { records, failed };
}

/**
 * Another run's change of the same target that was begun when this one's lease was over: it found
 * that it was still to be made.
 */
async function anothers(
  one: ActionRecord,
  place: Place,
  store: Store,
): Promise<ActionRecord | undefined> {
  for await (const other of story(store, "unit", { ...place, target: one.target }, one.at))
    if (
      other.id !== one.id &&
      (other.outcome === "applied" ||
        (other.outcome === "intended" && (await maybeSent(store, other))))
    )
      return other;
  return undefined;
}
