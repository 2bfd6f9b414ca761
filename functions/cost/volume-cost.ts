/**
 * What a volume costs a month, by what is provisioned: as AWS's price list of its region has been
 * read, else an estimate, the list prices of us-east-1 as of 2025.
 */
import { hasPrices, knownPrice } from "../../aws/pricing/prices.ts";

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

const free: Readonly<Record<string, { readonly operations: number; readonly throughput: number }>> =
  { gp3: { operations: 3000, throughput: 125 } };

/** As the price list of the region says it; nothing where one of what is asked for is not in it. */
function listedPrice(type: string, region: string): Price | undefined {
  const size = knownPrice(region, `ebs:${type}:size`);
  const operations = knownPrice(region, `ebs:${type}:iops`);
  const throughput = knownPrice(region, `ebs:${type}:throughput`);
  const estimated = prices[type];
  if (size === undefined || !estimated) return undefined;
  if (estimated.operations && operations === undefined) return undefined;
  if (estimated.throughput && throughput === undefined) return undefined;
  const without = free[type] ?? { operations: 0, throughput: 0 };
  return {
    size,
    ...(operations !== undefined && {
      operations: { price: operations, free: without.operations },
    }),
    ...(throughput !== undefined && {
      throughput: { price: throughput, free: without.throughput },
    }),
  };
}

/** What is provisioned. */
export interface ProvisionedVolume {
  readonly type: string;
  /** Gigabytes. */
  readonly size: number;
  readonly iops?: number | undefined;
  /** Megabytes a second. */
  readonly throughput?: number | undefined;
}

/** @returns US dollars; nothing where the price of the type is not known */
export function costPerMonth(
  { type, size, iops = 0, throughput = 0 }: ProvisionedVolume,
  region: string,
): number | undefined {
  const price = hasPrices(region, "ebs") ? listedPrice(type, region) : prices[type];
  if (!price) return undefined;
  return price.size * size + beyond(iops, price.operations) + beyond(throughput, price.throughput);
}
