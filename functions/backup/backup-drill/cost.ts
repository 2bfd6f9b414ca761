/** What a drill costs, for what exists while it lasts: as AWS's price list of the region has been read. */
import { knownPrice, priceSource } from "../../../aws/pricing/prices.ts";
import { priceUnknown } from "../../../sdk/saving.ts";
import { hours, type Span } from "../../../sdk/time.ts";

/** It goes with the drill, so that what is told at its end is by what was approved. */
export interface VolumePrice {
  /** US dollars a gigabyte and month of gp3, what a drill restores to. */
  readonly gigabyteMonth: number;
  /** Where it comes from, in words that follow "by". */
  readonly by?: string;
}

const hoursOfMonth = 730;

/** For so long what it makes exists, where all goes well: what is said before is for that. */
export const usualLength = hours(1);

/** @returns nothing where it is not known */
export function volumePriceIn(region: string): VolumePrice | undefined {
  const gigabyteMonth = knownPrice(region, "ebs:gp3:size");
  const by = priceSource(region, "ebs");
  if (gigabyteMonth === undefined) return undefined;
  return by === undefined ? { gigabyteMonth } : { gigabyteMonth, by };
}

/**
 * @param gigabytes of all volumes
 * @returns US dollars, not rounded; nothing where the price is not known
 */
export const drillCost = (
  gigabytes: number,
  { seconds }: Span,
  price: VolumePrice | undefined,
): number | undefined =>
  price && (gigabytes * price.gigabyteMonth * (seconds / 3600)) / hoursOfMonth;

/** @returns nothing where one of them is not known */
export const summedCosts = (...costs: readonly (number | undefined)[]): number | undefined =>
  costs.reduce(
    (sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost),
    0,
  );

/**
 * `about $0.02, by AWS's price list of …`, and `less than $0.01` of what is not nothing.
 * @param by where the price comes from
 */
export function shownCost(amount: number | undefined, by?: string): string {
  if (amount === undefined) return priceUnknown;
  const text = amount < 0.01 ? "less than $0.01" : `about $${amount.toFixed(2)}`;
  return by === undefined ? text : `${text}, by ${by}`;
}

/** Of what is proposed: `costs about $0.02, by …`. */
export const costsShown = (amount: number | undefined, by?: string): string =>
  amount === undefined ? "of unknown cost" : `costs ${shownCost(amount, by)}`;
