/** What of a plan goes ahead, what waits for a person, and what is only said. */

import { capLimit, takeFromCap } from "../../ledger/caps.ts";
import { lastSweep } from "../../ledger/heartbeats.ts";
import { planId } from "../../ledger/ids.ts";
import type { Place } from "../../ledger/keys.ts";
import { type StoredPlan, storePlan } from "../../ledger/plans.ts";
import type { Held } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import { after, days } from "../../sdk/time.ts";
import type { Mode } from "../../settings/settings.ts";
import type { Host } from "./host.ts";
import { type Looked, planHash, shownProposal, type Work } from "./plan.ts";

/** How long a plan may be approved. */
const planLife = days(3);

export interface DecidedByMode {
  readonly go: readonly Work[];
  readonly waiting: readonly Work[];
  readonly plan: StoredPlan | null;
  /** What the mode holds, by digest. */
  readonly held: ReadonlyMap<string, Held>;
}

/**
 * @param free what no guard holds
 * @param alreadyDone how many changes earlier attempts of this run have made
 * @param mode the unit's, or a lesser one, and `why`
 */
export async function decideByMode(
  free: readonly Work[],
  looked: Looked,
  mode: Mode,
  why: string | undefined,
  start: Start,
  run: string,
  place: Place,
  host: Host,
  alreadyDone = 0,
): Promise<DecidedByMode> {
  if (mode === "watch") {
    const held: Held = {
      by: "watch",
      why: why ?? "the mode is watch: it only says what it would do",
    };
    return {
      go: [],
      waiting: [],
      plan: null,
      held: new Map(free.map(({ digest }) => [digest, held])),
    };
  }
  // A person has decided on exactly these.
  if (start.kind === "decision" || start.kind === "redo") {
    await takeFromCap(host.store, place, {
      run,
      count: alreadyDone + free.length,
      limit: undefined,
      at: looked.at,
    });
    return { go: free, waiting: [], plan: null, held: new Map() };
  }
  if (mode === "ask") return asked(free, why ?? "the mode is ask");

  const final =
    host.settings.irreversible === "ask" ? free.filter(({ write }) => write.back === "never") : [];
  const go = free.filter((one) => !final.includes(one));
  if (go.length) {
    const swept =
      start.only === undefined ? looked.found : (await lastSweep(host.store, place))?.found;
    const limit = capLimit(host.settings.caps, swept);
    const taken = await takeFromCap(host.store, place, {
      run,
      count: alreadyDone + go.length,
      limit,
      at: looked.at,
    });
    // Over the cap nothing is done at all: a mass of changes is more likely our mistake than the
    // account's (rule: caps).
    if (!taken.taken)
      return asked(
        free,
        `${alreadyDone + go.length} changes and the ${taken.used} of the last day would exceed the cap of ${limit}${swept === undefined ? ", as no sweep has been completed yet" : ` for ${swept} things looked at`}`,
      );
  }
  return final.length
    ? { ...(await asked(final, "what cannot be undone asks first")), go }
    : { go, waiting: [], plan: null, held: new Map() };

  async function asked(waiting: readonly Work[], reason: string): Promise<DecidedByMode> {
    if (!waiting.length) return { go: [], waiting, plan: null, held: new Map() };
    const hash = planHash(waiting);
    const plan: StoredPlan = {
      ...place,
      id: planId(run, hash),
      run,
      hash,
      at: looked.at,
      expires: after(looked.at, planLife),
      why: reason,
      requester: start.by ?? null,
      proposals: waiting.map((work) => ({
        ...shownProposal(work),
        held: null,
        digest: work.digest,
      })),
    };
    await storePlan(host.store, plan);
    return { go: [], waiting, plan, held: new Map() };
  }
}
