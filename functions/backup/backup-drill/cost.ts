/**
 * What a drill costs: an estimate, by the list prices of us-east-1 as of 2025, for what exists while
 * it lasts.
 */
import { hours, type Span } from "../../../sdk/time.ts";

/** US dollars a gigabyte and month of gp3, what a drill restores to. */
const gigabyteMonth = 0.08;
const hoursOfMonth = 730;

/** For so long what it makes exists, where all goes well: what is said before is for that. */
export const usualLength = hours(1);

/**
 * @param gigabytes of all volumes
 * @returns US dollars, not rounded
 */
export const drillCost = (gigabytes: number, { seconds }: Span): number =>
  (gigabytes * gigabyteMonth * (seconds / 3600)) / hoursOfMonth;

/** `$0.02`, and `less than $0.01` of what is not nothing. */
export const shownCost = (amount: number): string =>
  amount < 0.01 ? "less than $0.01" : `about $${amount.toFixed(2)}`;
