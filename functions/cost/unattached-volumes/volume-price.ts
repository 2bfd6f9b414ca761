/**
 * What deleting a volume saves a month: what is provisioned less a snapshot of all of it, at the
 * prices of `volume-cost.ts`. The snapshot holds only blocks that were written, so it often costs
 * less.
 */
import { snapshotRatesIn } from "../../../aws/ec2/snapshot-price.ts";
import { costPerMonth, type ProvisionedVolume } from "../volume-cost.ts";

/** @returns US dollars, in whole cents; 0 where it saves nothing; nothing where a price is not known */
export function savesPerMonth(volume: ProvisionedVolume, region: string): number | undefined {
  const cost = costPerMonth(volume, region);
  const snapshot = snapshotRatesIn(region)?.standard;
  if (cost === undefined || snapshot === undefined) return undefined;
  return Math.max(0, Math.round((cost - snapshot * volume.size) * 100) / 100);
}
