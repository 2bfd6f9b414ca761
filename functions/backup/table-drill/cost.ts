/**
 * What a drill of a table costs, as AWS's price list of the region has been read. Restoring is charged
 * by the size of the table; what is restored is stored while it exists, and read.
 */
import { knownPrice, priceSource } from "../../../aws/pricing/prices.ts";
import { hours, type Span } from "../../../sdk/time.ts";

/** It goes with the drill, so that what is told at its end is by what was approved. */
export interface TablePrices {
  /** US dollars a gigabyte that is restored. */
  readonly restored: number;
  /** US dollars a gigabyte and month of a table. */
  readonly gigabyteMonth: number;
  /** US dollars a request unit. */
  readonly request: number;
  /** Where they come from, in words that follow "by". */
  readonly by?: string;
}

const hoursOfMonth = 730;
/** Read eventually consistent, a request unit moves 8 KB. */
const requestsAGigabyte = 1_000_000 / 8;

/** For so long what it makes exists, where all goes well: what is said before is for that. */
export const usualTableLength = hours(4);

/** @returns nothing where one of them is not known */
export function tablePricesIn(region: string): TablePrices | undefined {
  const restored = knownPrice(region, "dynamodb:restore");
  const gigabyteMonth = knownPrice(region, "dynamodb:store");
  const request = knownPrice(region, "dynamodb:read-request");
  const by = priceSource(region, "dynamodb");
  if (restored === undefined || gigabyteMonth === undefined) return undefined;
  if (request === undefined) return undefined;
  const prices = { restored, gigabyteMonth, request };
  return by === undefined ? prices : { ...prices, by };
}

/** Of what, for how long. */
export interface DrilledTable {
  /** As DynamoDB says of the backup. */
  readonly bytes: number;
  /** Whether all of it is read. */
  readonly isCounted: boolean;
  readonly span: Span;
}

/** @returns US dollars, not rounded; nothing where the prices are not known */
export function tableDrillCost(
  { bytes, isCounted, span }: DrilledTable,
  prices: TablePrices | undefined,
): number | undefined {
  if (!prices) return undefined;
  const gigabytes = bytes / 1e9;
  const stored = (gigabytes * prices.gigabyteMonth * (span.seconds / 3600)) / hoursOfMonth;
  const read = isCounted ? gigabytes * requestsAGigabyte * prices.request : 0;
  return gigabytes * prices.restored + stored + read;
}
