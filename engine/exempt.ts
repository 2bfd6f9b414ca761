/** What a person asked to be left alone is written, kept and told, all or nothing. */

import {
  type ExemptionChange,
  exemptionChangeId,
  exemptionSteps,
  exemptionsOf,
  type LedgerExemption,
} from "../ledger/exemptions.ts";
import type { Place } from "../ledger/keys.ts";
import type { Store } from "../ledger/store.ts";
import { post } from "../messages/outbox.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { same } from "../sdk/codec.ts";

const wordsOf = ({ until, owner, reason, from }: LedgerExemption) => [
  until,
  owner,
  reason,
  from?.toSorted(),
];

/**
 * Exempts one target.
 * @param exemptions one for each region
 * @returns false when all of it was so already; nothing is written or told then
 */
export async function writeExemption(
  store: Store,
  exemptions: readonly LedgerExemption[],
): Promise<boolean> {
  const [first] = exemptions;
  if (!first) return false;
  const earlier = await exemptionsOf(store, first.target, exemptions);
  const isSo = (exemption: LedgerExemption, at: number): boolean => {
    const standing = earlier[at];
    return standing !== undefined && same(wordsOf(exemption), wordsOf(standing));
  };
  if (exemptions.every(isSo)) return false;
  await carryChange(store, { verb: "exempt", by: first.by, at: first.at, exemptions });
  return true;
}

/** Whose exemption is lifted, where, and by whom. */
export interface ExemptionLift {
  readonly target: string;
  readonly places: readonly Pick<Place, "account" | "region">[];
  readonly by: string;
  readonly at: Date;
}

/** @returns what was removed; empty where there was nothing */
export async function removeExemption(
  store: Store,
  { target, places, by, at }: ExemptionLift,
): Promise<LedgerExemption[]> {
  const standing = await exemptionsOf(store, target, places);
  const exemptions = standing.filter((exemption) => exemption !== undefined);
  if (exemptions.length) await carryChange(store, { verb: "unexempt", by, at, exemptions });
  return exemptions;
}

async function carryChange(store: Store, change: ExemptionChange): Promise<void> {
  const [first] = change.exemptions;
  if (!first) return;
  await store.transact([...exemptionSteps(change), post("exempt", messageOf(change, first))]);
}

function messageOf(change: ExemptionChange, first: LedgerExemption): Outgoing {
  const { account, region, target, owner, reason, from } = first;
  return {
    id: exemptionChangeId(change),
    at: change.at,
    account,
    region,
    unit: from?.join(", ") ?? "all units",
    kind: "exemption",
    severity: change.verb === "exempt" ? "warning" : "info",
    title: titleOf(change.verb, first),
    facts: {
      by: change.by,
      owner,
      reason,
      regions: change.exemptions.map((exemption) => exemption.region).join(", "),
      ...(change.verb === "exempt" ? afterExempting(first) : afterLifting(target)),
    },
  };
}

function titleOf(verb: ExemptionChange["verb"], { target, from, until }: LedgerExemption): string {
  const what = `exempt from ${from?.join(", ") ?? "every automation"}`;
  if (verb === "exempt") return `${target} is ${what} until ${until}`;
  return `${target} is no longer ${what}`;
}

function afterExempting({ target, from }: LedgerExemption) {
  const whose = from ? "these" : "all of them, security automations included,";
  return {
    "so what": `nothing of what ${whose} would do to it is done`,
    "what now": `if that is not right: \`npx nightshift unexempt ${target}\``,
  };
}

const afterLifting = (target: string) => ({
  "so what": "from the next run on it is treated as all others are",
  "what now": `if that is not right: \`npx nightshift exempt ${target} --until …\``,
});
