/**
 * What a person asked to be left alone: with their own credentials, or in Slack as an approver,
 * through the one function that may write it (rule: ledger-no-deputy).
 */

import { digest } from "../sdk/codec.ts";
import { keys, type Place } from "./keys.ts";
import type { Step, Store } from "./store.ts";

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

export const exemptionsAt = async (
  store: Store,
  place: ExemptionPlace,
): Promise<LedgerExemption[]> =>
  (await Array.fromAsync(store.query(keys.exemptions(place)))).map(
    ({ body }) => body as LedgerExemption,
  );

/** What stands for one target, in the order of the places; `undefined`: nothing. */
export const exemptionsOf = (
  store: Store,
  target: string,
  places: readonly ExemptionPlace[],
): Promise<(LedgerExemption | undefined)[]> =>
  Promise.all(
    places.map(async (place) => {
      const found = await store.get(keys.exemption(place, target));
      return found?.body as LedgerExemption | undefined;
    }),
  );

/** Every exemption that was set or removed, oldest first. */
export const exemptionChanges = async (store: Store): Promise<ExemptionChange[]> =>
  (await Array.fromAsync(store.query(keys.exemptionLog))).map(
    ({ body }) => body as ExemptionChange,
  );

/** `exempt.<hash>`: the same for the same change. */
export const exemptionChangeId = (change: ExemptionChange): string =>
  `${change.verb}.${digest(change).slice(0, 16)}`;

/** The steps that carry a change out and keep that it was made. */
export const exemptionSteps = (change: ExemptionChange): Step[] => {
  const { verb, at, exemptions } = change;
  const kept: Step = {
    put: {
      pk: keys.exemptionLog,
      sk: `${at.toISOString()}#${exemptionChangeId(change)}`,
      type: "exemption-change",
      body: change,
    },
  };
  return [...exemptions.map((exemption) => exemptionStep(verb, exemption)), kept];
};

function exemptionStep(verb: ExemptionChange["verb"], exemption: LedgerExemption): Step {
  const key = keys.exemption(exemption, exemption.target);
  if (verb === "unexempt") return { remove: key };
  return { put: { ...key, type: "exemption", body: exemption } };
}
