/**
 * What deleting a volume saves a month: an estimate, what is provisioned less a snapshot of all of
 * it, at the list price of us-east-1 as of 2025. The snapshot holds only blocks that were written,
 * so it often costs less.
 */
import { snapshotRates } from "../../../aws/ec2/snapshot-price.ts";
import { costPerMonth } from "../volume-cost.ts";

/**
 * @param size in gigabytes
 * @returns US dollars, in whole cents; 0 where it saves nothing, or the type is not known
 */
export function savesPerMonth(type: string, size: number, iops = 0, throughput = 0): number {
  const cost = costPerMonth({ type, size, iops, throughput });
  if (cost === undefined) return 0;
  return Math.max(0, Math.round((cost - snapshotRates.standard * size) * 100) / 100);
}
