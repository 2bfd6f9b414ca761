/** What idle means, from what an instance was measured to do. */
import type { Instance } from "@aws-sdk/client-ec2";
import { type Hourly, mostOf, sinceWhen } from "../../../aws/cloudwatch/hourly.ts";

/** An instance, and as much of what it did as was needed to judge it. */
export interface Usage {
  readonly instance: Instance;
  /** How many vCPUs it has; `undefined`: not known. */
  readonly cores?: number | undefined;
  /** The hour's average, in percent of all its cores. */
  readonly cpu?: Hourly;
  /** The hour's highest measurement, in percent of all its cores. */
  readonly highest?: Hourly;
  /** Bytes. */
  readonly network?: { readonly in: Hourly; readonly out: Hourly };
  /** Why it cannot be stopped without harm, beside what its own description says. */
  readonly kept?: string;
}

/** From the unit's config. */
export interface IdleLimits {
  readonly days: number;
  readonly cpu: number;
  readonly peak: number;
  readonly network: number;
}

/** What an instance did at most while it was idle. */
export interface Idleness {
  /** Percent of all its cores, as an hour's average. */
  readonly average: number;
  /** Percent of all its cores, as the highest measurement. */
  readonly highest: number;
  /** Of the busiest hour, in the busier direction. */
  readonly bytes: number;
}

export const megabyte = 1_000_000;

/**
 * Of a machine with more cores than this, CPU counts in percent of so many: one busy core is work,
 * and would be 1 % of 96.
 */
const coresCounted = 4;

/** Percent of all cores, as it counts against a limit. */
const counted = (percent: number, cores: number): number =>
  percent * Math.max(1, cores / coresCounted);

/** Of the instance as it was launched, else of its type. */
export const coresOf = (
  { CpuOptions }: Instance,
  ofType: number | undefined,
): number | undefined => {
  const { CoreCount, ThreadsPerCore } = CpuOptions ?? {};
  return CoreCount && ThreadsPerCore ? CoreCount * ThreadsPerCore : ofType;
};

/**
 * Whether it has run, without being started, for as long as it must have been idle. EC2's
 * `LaunchTime` is that of the last start; what nobody knows the start of has not.
 */
export const ranThroughout = (
  { LaunchTime }: Instance,
  now: Date,
  limits: Pick<IdleLimits, "days">,
): boolean => LaunchTime !== undefined && LaunchTime <= sinceWhen({ now, days: limits.days });

/** Whether no hour's average reaches the limit, whatever its cores. */
export const isQuiet = ({ cpu }: Usage, limits: IdleLimits): boolean => {
  const average = mostOf(cpu, limits);
  return average !== undefined && average < limits.cpu;
};

/** @returns nothing where it was not idle, or where that cannot be told */
export function idlenessOf(usage: Usage, now: Date, limits: IdleLimits): Idleness | undefined {
  const { instance, cores, network } = usage;
  if (!ranThroughout(instance, now, limits) || cores === undefined) return undefined;
  const average = mostOf(usage.cpu, limits);
  const highest = mostOf(usage.highest, limits);
  const inward = mostOf(network?.in, limits);
  const outward = mostOf(network?.out, limits);
  if (average === undefined || highest === undefined) return undefined;
  if (inward === undefined || outward === undefined) return undefined;
  const bytes = Math.max(inward, outward);
  const isIdle =
    counted(average, cores) < limits.cpu &&
    counted(highest, cores) < limits.peak &&
    bytes < limits.network * megabyte;
  return isIdle ? { average, highest, bytes } : undefined;
}
