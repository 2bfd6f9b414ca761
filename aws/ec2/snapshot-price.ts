/**
 * What a snapshot costs a month, at the list prices of us-east-1 that the user guide names (November
 * 2026). The standard tier bills only blocks that no other snapshot of the same volume has, and AWS
 * does not say how many those are: so a price is known of the only one of its volume alone.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive-pricing.html
 */

/** US dollars a gigabyte and month. */
export const snapshotRates = { standard: 0.05, archive: 0.0125 } as const;

const gigabyte = 1024 ** 3;

export interface PricedSnapshot {
  readonly FullSnapshotSizeInBytes?: number | undefined;
  readonly OutpostArn?: string | undefined;
}

export interface SnapshotPrice {
  /** US dollars, in whole cents. */
  readonly standard: number;
  readonly archive: number;
}

const inCents = (price: number): number => Math.round(price * 100) / 100;

/**
 * @param others how many other snapshots there are of its volume
 * @returns nothing where it is not known
 */
export function priceOf(
  { FullSnapshotSizeInBytes, OutpostArn }: PricedSnapshot,
  others: number,
): SnapshotPrice | undefined {
  // On an Outpost it takes its own room, at no price of its own.
  if (!FullSnapshotSizeInBytes || others > 0 || OutpostArn) return undefined;
  const size = FullSnapshotSizeInBytes / gigabyte;
  return {
    standard: inCents(size * snapshotRates.standard),
    archive: inCents(size * snapshotRates.archive),
  };
}
