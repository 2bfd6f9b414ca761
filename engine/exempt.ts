/** What a person asked to be left alone is written, kept and told, all or nothing. */

import {
  type ExemptionChange,
  type ExemptionSlot,
  exemptionChangeId,
  exemptionKept,
  exemptionSlot,
  exemptStep,
  type LedgerExemption,
  standingExemptions,
} from "../ledger/exemptions.ts";
import { noLongerKept, ownersWord } from "../ledger/kept.ts";
import type { Place, PlacedTarget } from "../ledger/keys.ts";
import type { Step, Store } from "../ledger/store.ts";
import { post } from "../messages/outbox.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { digest, same } from "../sdk/codec.ts";
import { TryAgain } from "../sdk/errors.ts";

const wordsOf = ({ until, owner, reason, from }: LedgerExemption) => [
  until,
  owner,
  reason,
  from?.toSorted(),
];

const isSo = (exemption: LedgerExemption, { standing }: ExemptionSlot): boolean =>
  standing !== undefined && same(wordsOf(exemption), wordsOf(standing));

/** Another may write at the same moment. */
const mostTries = 5;

/**
 * Exempts one target. What somebody else exempted it from, or for another reason, stands beside it.
 * @param exemptions one for each region
 * @returns false when all of it was so already; nothing is written or told then
 * @throws {TryAgain} when others write the same at the same moment
 */
export async function writeExemption(
  store: Store,
  exemptions: readonly LedgerExemption[],
): Promise<boolean> {
  const [first] = exemptions;
  if (!first) return false;
  const change: ExemptionChange = { verb: "exempt", by: first.by, at: first.at, exemptions };
  for (let tries = 0; tries < mostTries; tries += 1) {
    const slots = await Promise.all(exemptions.map((each) => exemptionSlot(store, each)));
    const pairs = exemptions.map((exemption, at) => [exemption, slots[at]] as const);
    if (pairs.every(([exemption, slot]) => slot && isSo(exemption, slot))) return false;
    const steps = pairs.flatMap(([exemption, slot]) => (slot ? [exemptStep(slot, exemption)] : []));
    const lost = await carryChange(store, change, steps);
    if (!lost.length) return true;
  }
  throw new TryAgain(`${first.target} is being exempted by others at this moment`);
}

/** Whose exemption is lifted, where, and by whom. */
export interface ExemptionLift {
  readonly target: string;
  readonly places: readonly Pick<Place, "account" | "region">[];
  readonly by: string;
  readonly at: Date;
  /** Only what exempts from exactly these units, `null`: from all; absent: whatever stands. */
  readonly from?: readonly string[] | null | undefined;
}

/** @returns what was removed; empty where there was nothing */
export async function removeExemption(
  store: Store,
  { target, places, by, at, from }: ExemptionLift,
): Promise<LedgerExemption[]> {
  const found = await Promise.all(places.map((place) => standingExemptions(store, place, target)));
  const standing = found
    .flat()
    .filter(({ exemption }) => from === undefined || same(named(exemption.from), named(from)));
  // Each of those that stood beside one another is told by itself.
  const matters = Map.groupBy(standing, ({ exemption }) => digest(wordsOf(exemption)));
  for (const matter of matters.values()) {
    const exemptions = matter.map(({ exemption }) => exemption);
    const steps = matter.map(({ key }): Step => ({ remove: key }));
    await carryChange(store, { verb: "unexempt", by, at, exemptions }, steps);
  }
  return standing.map(({ exemption }) => exemption);
}

/** Whose owner kept what. */
export interface LiftedWord extends PlacedTarget {
  readonly since: Date;
  readonly until: Date;
}

/**
 * Lifts what owners said in a time of grace: the automation asks again.
 * @param lift `from`: the automations that may have been told so
 * @returns what was lifted; empty where there was nothing
 */
export async function liftOwnersWord(
  store: Store,
  { target, places, by, at, from }: ExemptionLift & { readonly from: readonly string[] },
): Promise<LiftedWord[]> {
  const lifted: LiftedWord[] = [];
  for (const place of places)
    for (const unit of from) {
      const about = { ...place, unit, target };
      const word = await ownersWord(store, about, target);
      if (!word) continue;
      const lost = await store.transact([
        noLongerKept(about),
        post("exempt", liftedMessage(about, by, at)),
      ]);
      if (!lost.length) lifted.push({ ...about, since: word.since, until: word.until });
    }
  return lifted;
}

const liftedMessage = (
  { account, region, unit, target }: PlacedTarget,
  by: string,
  at: Date,
): Outgoing => ({
  id: `asked-again.${unit}.${digest([account, region, target, at])}`,
  at,
  account,
  region,
  unit,
  kind: "exemption",
  severity: "info",
  title: `${target} is no longer kept from ${unit}`,
  facts: {
    by,
    "so what": `its owner had kept it; ${unit} asks them again when it finds it so`,
    "what now": `if that is not right: \`npx nightshift exempt ${target} --until …\``,
  },
});

const named = (from: readonly string[] | null) => from?.toSorted() ?? null;

/** @returns the indexes of the steps whose conditions do not hold; none: it is done, kept and told */
async function carryChange(
  store: Store,
  change: ExemptionChange,
  steps: readonly Step[],
): Promise<readonly number[]> {
  const [first] = change.exemptions;
  if (!first) return [];
  return store.transact([
    ...steps,
    exemptionKept(change),
    post("exempt", messageOf(change, first)),
  ]);
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
