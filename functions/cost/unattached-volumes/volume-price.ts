/**
 * What deleting a volume saves a month: an estimate, the list prices of us-east-1 as of 2025 for
 * what is provisioned, less a snapshot of all of it. The snapshot holds only blocks that were
 * written, so it often costs less.
 */

interface Price {
  /** US dollars a gigabyte and month. */
  readonly size: number;
  /** For each operation a second beyond the first so many. */
  readonly operations?: { readonly price: number; readonly free: number };
  /** For each megabyte a second beyond the first so many. */
  readonly throughput?: { readonly price: number; readonly free: number };
}

const prices: Readonly<Record<string, Price>> = {
  gp2: { size: 0.1 },
  gp3: {
    size: 0.08,
    operations: { price: 0.005, free: 3000 },
    throughput: { price: 0.04, free: 125 },
  },
  io1: { size: 0.125, operations: { price: 0.065, free: 0 } },
  io2: { size: 0.125, operations: { price: 0.065, free: 0 } },
  st1: { size: 0.045 },
  sc1: { size: 0.015 },
  standard: { size: 0.05 },
};

const snapshotSize = 0.05;

const beyond = (amount: number, of: Price["operations"]): number =>
  of ? Math.max(0, amount - of.free) * of.price : 0;

/**
 * @param size in gigabytes
 * @returns US dollars, in whole cents; 0 where it saves nothing, or the type is not known
 */
export function savesPerMonth(type: string, size: number, iops = 0, throughput = 0): number {
  const price = prices[type];
  if (!price) return 0;
  const cost = price.size * size + beyond(iops, price.operations);
  const saved = cost + beyond(throughput, price.throughput) - snapshotSize * size;
  return Math.max(0, Math.round(saved * 100) / 100);
}
