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
  /** What it is in place of AWS's price list, in words that follow "by". */
  readonly source?: string;
}

/** By region. */
export type PriceTable = Readonly<Record<string, RegionPrices>>;

let table: PriceTable = shippedPrices;

/** Takes these in place of what was known. */
export function usePrices(prices: PriceTable): void {
  table = prices;
}

/**
 * @param key like `ec2:m5.large`
 * @returns US dollars for one unit; `undefined` where it is not known, or asked in another currency
 */
export function knownPrice(region: string, key: string): number | undefined {
  const known = table[region];
  return known?.currency === "USD" ? known.prices[key] : undefined;
}

export const hoursPerMonth = 730;

/**
 * Of what is paid for by the hour.
 * @param times how many there are
 * @returns US dollars a month; `undefined` where the price is not known
 */
export function hourlyPerMonth(region: string, key: string, times = 1): number | undefined {
  const hourly = knownPrice(region, key);
  if (hourly === undefined) return undefined;
  return Math.round(hourly * times * hoursPerMonth * 100) / 100;
}

/** Where a price of such things comes from, in words that follow "by". */
export function priceSource(region: string, kind: string): string | undefined {
  const { published, source } = table[region] ?? {};
  const day = published?.[kind];
  if (day === undefined) return undefined;
  return source ?? `AWS's price list of ${region} of ${day}`;
}

/** The source of a saving, to follow why it is proposed; empty where no price is known. */
export function pricedBy(region: string, kind: string): string {
  const source = priceSource(region, kind);
  return source === undefined ? "" : `; what it saves is by ${source}`;
}
