/**
 * What AWS asks for a thing in a region, as its price list said when `nightshift prices refresh` read
 * it. What was not read is not known here.
 */
import { shippedPrices } from "./table.ts";

/** Of one region. */
export interface RegionPrices {
  /** `USD`, or `CNY` in China. */
  readonly currency: string;
  /** The day on which AWS published what a key's first word is about: `ec2: "2026-11-20"`. */
  readonly published: Readonly<Record<string, string>>;
  /** By key, like `ec2:m5.large`: for one unit of it. */
  readonly prices: Readonly<Record<string, number>>;
}

/** By region. */
export type PriceTable = Readonly<Record<string, RegionPrices>>;

let table: PriceTable = shippedPrices;

/** Takes these in place of what was known. */
export function usePrices(prices: PriceTable): void {
  table = prices;
}

/** Whether any price of the region is known of such things: `ec2`, `ebs`. */
export const hasPrices = (region: string, kind: string): boolean =>
  table[region]?.published[kind] !== undefined;

/**
 * @param key like `ec2:m5.large`
 * @returns US dollars for one unit; `undefined` where it is not known, or asked in another currency
 */
export function knownPrice(region: string, key: string): number | undefined {
  const known = table[region];
  return known?.currency === "USD" ? known.prices[key] : undefined;
}

/** Where a price of such things comes from, in words that follow "by". */
export function priceSource(region: string, kind: string): string | undefined {
  const day = table[region]?.published[kind];
  return day === undefined ? undefined : `AWS's price list of ${region} of ${day}`;
}

/** The source of a saving, to follow why it is proposed; empty where it is an estimate of ours. */
export function pricedBy(region: string, kind: string): string {
  const source = priceSource(region, kind);
  return source === undefined ? "" : `; what it saves is by ${source}`;
}
