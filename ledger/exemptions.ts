/**
 * What a person asked to be left alone: with their own credentials, or in Slack as an approver,
 * through the one function that may write it (rule: ledger-no-deputy).
 */

import { digest } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";
import { keys, type Place } from "./keys.ts";
import {
  absent,
  type Condition,
  type Key,
  type Step,
  type Store,
  type UnreadableItem,
} from "./store.ts";

export interface LedgerExemption {
  readonly account: string;
  readonly region: string;
  /** A target's id, exactly; or the id of what contains it. */
  readonly target: string;
  /** `YYYY-MM-DD`, the last day in UTC; past it, it holds until it is removed. */
  readonly until: string;
  readonly owner: string;
  readonly reason: string;
  /** The units that it exempts from; `null`: all. */
  readonly from: readonly string[] | null;
  /** Who wrote it: an ARN, or `slack:<team>/<member>/<app>`. */
  readonly by: string;
  readonly at: Date;
  /** Set where its record cannot be read: why, and what to do. It holds for all units then. */
  readonly unreadable?: string;
}

/** That one was set or removed: kept for ever, while the exemption itself comes and goes. */
export interface ExemptionChange {
  readonly verb: "exempt" | "unexempt";
  readonly by: string;
  readonly at: Date;
  /** As it was set, or as it was when it was removed; one for each region. */
  readonly exemptions: readonly LedgerExemption[];
}

type ExemptionPlace = Pick<Place, "account" | "region">;

/** The target that an exemption's place names: it is known although the rest cannot be read. */
const targetAt = ({ sk }: Pick<Key, "sk">): string => sk.split("\n", 1)[0] ?? sk;

/** Where nobody can read whom it exempts from what until when, it exempts its target from all. */
const inDoubt = (item: UnreadableItem, { account, region }: ExemptionPlace): LedgerExemption => ({
  account,
  region,
  target: targetAt(item),
  until: "9999-12-31",
  owner: "unknown",
  reason: "its record cannot be read",
  from: null,
  by: "unknown",
  at: new Date(0),
  unreadable: item.why,
});

export async function exemptionsAt(
  store: Store,
  place: ExemptionPlace,
): Promise<LedgerExemption[]> {
  const doubtful: LedgerExemption[] = [];
  const items = store.query(keys.exemptions(place), {
    unreadable: (item) => doubtful.push(inDoubt(item, place)),
  });
  const read = await Array.fromAsync(items);
  return [...read.map(({ body }) => body as LedgerExemption), ...doubtful];
}

/**
 * Whether any stands for a target: the first of a target lies under its name, and others are only
 * written where that stands.
 */
export const isExempted = async (
  store: Store,
  place: ExemptionPlace,
  target: string,
): Promise<boolean> => (await store.get(keys.exemption(place, target))) !== undefined;

/** One that stands, and where it lies. */
export interface StandingExemption {
  readonly key: Key;
  readonly exemption: LedgerExemption;
}

/**
 * All that stand for one target at one place: several people may have asked, for their own reasons.
 * @throws {NotPossible} where one of them cannot be read
 */
export async function standingExemptions(
  store: Store,
  place: ExemptionPlace,
  target: string,
): Promise<StandingExemption[]> {
  const standing: StandingExemption[] = [];
  const unreadable = (item: UnreadableItem): void => {
    if (targetAt(item) === target) throw new NotPossible(item.why);
  };
  const items = store.query(keys.exemptions(place), { prefix: target, unreadable });
  for await (const { pk, sk, body } of items) {
    const exemption = body as LedgerExemption;
    if (exemption.target === target) standing.push({ key: { pk, sk }, exemption });
  }
  return standing;
}

/**
 * What tells two exemptions of one target apart: from what, whose, and why. The same again is the
 * same with another end; another stands beside it.
 */
const matterOf = ({ from, owner, reason }: LedgerExemption): string =>
  digest([from?.toSorted() ?? null, owner, reason]).slice(0, 16);

/** Where one lies, or would lie, and what lies there now. */
export interface ExemptionSlot {
  readonly key: Key;
  readonly standing: LedgerExemption | undefined;
  /** Nobody has taken it meanwhile. */
  readonly free: Condition;
}

/** The first of a target lies under its name, others beside it. */
export async function exemptionSlot(
  store: Store,
  exemption: LedgerExemption,
): Promise<ExemptionSlot> {
  const matter = matterOf(exemption);
  const first = keys.exemption(exemption, exemption.target);
  const own: Condition = { or: [absent, { attr: "state", eq: matter }] };
  const found = await store.get(first);
  const standing = found?.body as LedgerExemption | undefined;
  if (!standing) return { key: first, standing, free: own };
  // One that an older version wrote says nothing beside its words.
  const asRead: Condition = found?.state === undefined ? { attr: "pk", exists: true } : own;
  if (matterOf(standing) === matter) return { key: first, standing, free: asRead };
  const key = keys.exemption(exemption, exemption.target, matter);
  return { key, standing: (await store.get(key))?.body as LedgerExemption | undefined, free: own };
}

/** Every exemption that was set or removed, oldest first. */
export const exemptionChanges = async (store: Store): Promise<ExemptionChange[]> =>
  (await Array.fromAsync(store.query(keys.exemptionLog))).map(
    ({ body }) => body as ExemptionChange,
  );

/** `exempt.<hash>`: the same for the same change. */
export const exemptionChangeId = (change: ExemptionChange): string =>
  `${change.verb}.${digest(change).slice(0, 16)}`;

/** The step that sets one. */
export const exemptStep = ({ key, free }: ExemptionSlot, exemption: LedgerExemption): Step => ({
  put: { ...key, type: "exemption", state: matterOf(exemption), body: exemption },
  if: free,
});

/** The step that keeps that a change was made. */
export const exemptionKept = (change: ExemptionChange): Step => ({
  put: {
    pk: keys.exemptionLog,
    sk: `${change.at.toISOString()}#${exemptionChangeId(change)}`,
    type: "exemption-change",
    body: change,
  },
});
