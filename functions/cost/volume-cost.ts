/**
 * What a volume costs a month: an estimate, the list prices of us-east-1 as of 2025 for what is
 * provisioned.
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

const beyond = (amount: number, of: Price["operations"]): number =>
  of ? Math.max(0, amount - of.free) * of.price : 0;

/** What is provisioned. */
export interface ProvisionedVolume {
  readonly type: string;
  /** Gigabytes. */
  readonly size: number;
  readonly iops?: number | undefined;
  /** Megabytes a second. */
  readonly throughput?: number | undefined;
}

/** @returns US dollars; nothing where the type is not known */
export function costPerMonth({
  type,
  size,
  iops = 0,
  throughput = 0,
}: ProvisionedVolume): number | undefined {
  const price = prices[type];
  if (!price) return undefined;
  return price.size * size + beyond(iops, price.operations) + beyond(throughput, price.throughput);
}
