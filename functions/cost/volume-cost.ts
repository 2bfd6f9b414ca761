/** What a volume costs a month by what is provisioned, as AWS's price list of its region has been read. */
import { knownPrice } from "../../aws/pricing/prices.ts";
import { priceUnknown } from "../../sdk/saving.ts";

/** Beyond how many a second each is charged for; nothing where a type is charged by its size alone. */
interface Charged {
  readonly operations?: number;
  readonly throughput?: number;
}

/** @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
const charged: Readonly<Record<string, Charged>> = {
  gp3: { operations: 3000, throughput: 125 },
  io1: { operations: 0 },
  io2: { operations: 0 },
};

/** What is provisioned. */
export interface ProvisionedVolume {
  readonly type: string;
  /** Gigabytes. */
  readonly size: number;
  readonly iops?: number | undefined;
  /** Megabytes a second. */
  readonly throughput?: number | undefined;
}

/** What is told once where volumes of these types cannot be judged, because of a price. */
export const unjudgedVolumes = (types: ReadonlySet<string>): string =>
  `Volumes of type ${[...types].sort().join(", ")} are not judged: ${priceUnknown}`;

/** @returns US dollars; 0 where the type is not charged for it, nothing where its price is not known */
function beyond(
  amount: number,
  free: number | undefined,
  price: number | undefined,
): number | undefined {
  if (free === undefined) return 0;
  return price === undefined ? undefined : Math.max(0, amount - free) * price;
}

/** @returns US dollars; nothing where one of the prices that it goes by is not known */
export function costPerMonth(
  { type, size, iops = 0, throughput = 0 }: ProvisionedVolume,
  region: string,
): number | undefined {
  const { operations, throughput: free } = charged[type] ?? {};
  const priceOf = (what: string) => knownPrice(region, `ebs:${type}:${what}`);
  const parts = [
    beyond(size, 0, priceOf("size")),
    beyond(iops, operations, priceOf("iops")),
    beyond(throughput, free, priceOf("throughput")),
  ];
  let sum = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    sum += part;
  }
  return sum;
}
