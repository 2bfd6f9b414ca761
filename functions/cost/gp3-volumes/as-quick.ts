/**
 * What a gp3 volume must be to be as quick as another at every moment, its bursts included.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html
 */
import { costPerMonth, type ProvisionedVolume } from "../volume-cost.ts";

/** What of a volume decides how quick it is. */
export interface VolumePace {
  readonly iops: number;
  /** MiB a second. */
  readonly throughput: number;
}

/** What every gp3 volume has. */
const base: VolumePace = { iops: 3000, throughput: 125 };
/** What gp3 can have in every region, whatever else some have. */
const most: VolumePace = { iops: 16_000, throughput: 1000 };

/** Up to this size gp2 never exceeds the lower throughput; beyond, it bursts to the higher one. */
const slowerUpTo = 170;

const paceOfGp2 = (size: number): VolumePace => ({
  iops: Math.min(16_000, Math.max(3000, 3 * size)),
  throughput: size <= slowerUpTo ? 128 : 250,
});

/** Each operation moves up to 256 KiB; up to 32,000 of them 500 MiB a second in all. */
const paceOfIo1 = (iops: number): VolumePace => ({
  iops,
  throughput: iops <= 32_000 ? Math.min(500, Math.ceil(iops / 4)) : 1000,
});

/** How quick it can be; nothing where that is not known. */
export function paceOf({ type, size, iops }: ProvisionedVolume): VolumePace | undefined {
  if (type === "gp2") return paceOfGp2(size);
  return type === "io1" && iops ? paceOfIo1(iops) : undefined;
}

/** A gp3 volume that is as quick, and what it saves a month. */
export interface AsQuick extends VolumePace {
  /** US dollars, in whole cents. */
  readonly saves: number;
}

/** Whether the price of such a volume, or of gp3 in its place, is not known. */
export const isUnpriced = (volume: ProvisionedVolume, region: string): boolean =>
  [volume, { ...volume, type: "gp3" }].some((each) => costPerMonth(each, region) === undefined);

/** @returns nothing where gp3 would be slower, or would not cost less, or nobody knows that */
export function asQuickAs(volume: ProvisionedVolume, region: string): AsQuick | undefined {
  const pace = paceOf(volume);
  if (!pace) return undefined;
  const iops = Math.max(base.iops, pace.iops);
  const throughput = Math.max(base.throughput, pace.throughput);
  if (iops > most.iops || throughput > most.throughput) return undefined;
  const cost = costPerMonth({ type: "gp3", size: volume.size, iops, throughput }, region);
  const now = costPerMonth(volume, region);
  if (cost === undefined || now === undefined) return undefined;
  const saves = Math.round((now - cost) * 100) / 100;
  return saves > 0 ? { iops, throughput, saves } : undefined;
}
