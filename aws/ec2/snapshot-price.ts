/**
 * What a snapshot costs a month, as AWS's price list of the region has been read. The standard tier
 * bills only blocks that no other snapshot of the same volume has, and AWS does not say how many those
 * are: so a price is known of the only one of its volume alone.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive-pricing.html
 */
import { knownPrice } from "../pricing/prices.ts";

/** US dollars a gigabyte and month; nothing where one of them is not known. */
export function snapshotRatesIn(region: string): SnapshotPrice | undefined {
  const standard = knownPrice(region, "snapshot:standard");
  const archive = knownPrice(region, "snapshot:archive");
  return standard === undefined || archive === undefined ? undefined : { standard, archive };
}

const gigabyte = 1024 ** 3;

export interface PricedSnapshot {
  readonly FullSnapshotSizeInBytes?: number | undefined;
  readonly OutpostArn?: string | undefined;
}

export interface SnapshotPrice {
  /** US dollars; of a snapshot in whole cents. */
  readonly standard: number;
  readonly archive: number;
}

const inCents = (price: number): number => Math.round(price * 100) / 100;

/**
 * @param where `others`: how many other snapshots there are of its volume
 * @returns nothing where it is not known
 */
export function priceOf(
  { FullSnapshotSizeInBytes, OutpostArn }: PricedSnapshot,
  { others, region }: { readonly others: number; readonly region: string },
): SnapshotPrice | undefined {
  // On an Outpost it takes its own room, at no price of its own.
  if (!FullSnapshotSizeInBytes || others > 0 || OutpostArn) return undefined;
  const rates = snapshotRatesIn(region);
  if (!rates) return undefined;
  const size = FullSnapshotSizeInBytes / gigabyte;
  return {
    standard: inCents(size * rates.standard),
    archive: inCents(size * rates.archive),
  };
}
