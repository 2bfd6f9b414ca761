/** Which smaller types would carry what an instance was measured to do. */
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { MachineLoad } from "./load.ts";
import { monthlyPriceAs, type SizedMachine, typePartsOf } from "./machine.ts";

/** By what a size is judged. */
export interface Room {
  /** Percent of a new type that stay free when it is busiest. */
  readonly headroom: number;
  readonly region: string;
}

/** A type that would do. */
export interface SmallerType {
  readonly type: string;
  /** US dollars a month; absent: a price is not known. */
  readonly saves: number | undefined;
}

/** Series that differ in their memory for a core alone, cheapest first. */
const alike: readonly string[] = ["c", "m", "r"];

/** Families of the same generation and processor: `c5`, `m5` and `r5`. */
export function familiesBeside(type: string): readonly string[] {
  const { series, generation, more } = typePartsOf(type) ?? {};
  if (!series) return [];
  const all = alike.includes(series) ? alike : [series];
  return all.map((each) => `${each}${generation}${more}`);
}

const coresOfType = (type: InstanceTypeInfo): number => type.VCpuInfo?.DefaultVCpus ?? 0;
const memoryOfType = (type: InstanceTypeInfo): number => type.MemoryInfo?.SizeInMiB ?? 0;

/** Bytes a second that it has at all times; nothing where EC2 does not say. */
function networkOf({ NetworkInfo }: InstanceTypeInfo): number | undefined {
  const gigabits = NetworkInfo?.NetworkCards?.[0]?.BaselineBandwidthInGbps;
  return gigabits === undefined ? undefined : (gigabits * 1e9) / 8;
}

function diskOf({ EbsInfo }: InstanceTypeInfo): number | undefined {
  const megabytes = EbsInfo?.EbsOptimizedInfo?.BaselineThroughputInMBps;
  return megabytes === undefined ? undefined : megabytes * 1e6;
}

/** What a count of cores and memory does not tell. */
function hasAccelerators(type: InstanceTypeInfo): boolean {
  const { GpuInfo, FpgaInfo, InferenceAcceleratorInfo, NeuronInfo, MediaAcceleratorInfo } = type;
  const one = GpuInfo ?? FpgaInfo ?? InferenceAcceleratorInfo ?? NeuronInfo;
  return (one ?? MediaAcceleratorInfo) !== undefined;
}

/** Why no size is named for it, in words; nothing where one can be. */
export function whyUnsized(
  { cores }: SizedMachine,
  type: InstanceTypeInfo | undefined,
): string | undefined {
  if (!type || !coresOfType(type) || !memoryOfType(type))
    return "of a type that EC2 does not describe here";
  if (type.BurstablePerformanceSupported)
    return "of a burstable type, whose credits are not weighed here";
  if (type.BareMetal || hasAccelerators(type) || type.InstanceStorageSupported !== false)
    return "with local disks, accelerators or bare metal, which cores and memory do not tell of";
  if (cores !== undefined && cores !== coresOfType(type))
    return "with cores that were set where it was launched";
  return undefined;
}

/** What was not measured may be no less than it is now. */
function isEnough(
  load: number | undefined,
  there: readonly [now: number | undefined, then: number | undefined],
  free: number,
): boolean {
  const [now, then] = there;
  if (then === undefined) return false;
  if (load !== undefined && load <= then * free) return true;
  return now !== undefined && then >= now;
}

/** How it is now, and what it was measured to do. */
export interface MeasuredMachine {
  readonly machine: SizedMachine;
  readonly type: InstanceTypeInfo;
  readonly load: MachineLoad;
}

/** @param free the part of the new type that may be busy */
function carries(
  candidate: InstanceTypeInfo,
  { type: now, load }: MeasuredMachine,
  free: number,
): boolean {
  const [cores, memory] = [coresOfType(candidate), memoryOfType(candidate)];
  const busy = (load.cpu / 100) * coresOfType(now);
  const used = load.memory === undefined ? undefined : (load.memory / 100) * memoryOfType(now);
  return (
    busy <= cores * free &&
    isEnough(used, [memoryOfType(now), memory], free) &&
    isEnough(load.network, [networkOf(now), networkOf(candidate)], free) &&
    isEnough(load.disk, [diskOf(now), diskOf(candidate)], free)
  );
}

/** Runs the same image in the same way. */
function isOfTheSameKind(
  candidate: InstanceTypeInfo,
  now: InstanceTypeInfo,
  { architecture }: SizedMachine,
): boolean {
  const runs = candidate.ProcessorInfo?.SupportedArchitectures ?? [];
  const needs = architecture ?? now.ProcessorInfo?.SupportedArchitectures?.[0];
  return (
    runs.some((each) => each === needs) &&
    candidate.Hypervisor === now.Hypervisor &&
    candidate.InstanceStorageSupported === false &&
    !candidate.BareMetal &&
    !candidate.BurstablePerformanceSupported &&
    !hasAccelerators(candidate)
  );
}

const isNoLarger = (candidate: InstanceTypeInfo, now: InstanceTypeInfo): boolean =>
  coresOfType(candidate) <= coresOfType(now) && candidate.InstanceType !== now.InstanceType;

/** What it saves; `dearer` where it saves nothing; nothing where a price is not known. */
function savedBy(
  candidate: string,
  machine: SizedMachine,
  region: string,
): number | "dearer" | undefined {
  const now = monthlyPriceAs(machine.type, machine, region);
  const then = monthlyPriceAs(candidate, machine, region);
  if (now === undefined || then === undefined) return undefined;
  return then < now ? now - then : "dearer";
}

/**
 * Of the types that would carry it, the one that saves the most by known prices; where none is known
 * the one with the fewest cores and the least memory.
 * @returns nothing where it fits as it is
 */
export function smallerThan(
  measured: MeasuredMachine,
  types: Iterable<InstanceTypeInfo>,
  { headroom, region }: Room,
): SmallerType | undefined {
  const { machine, type: now } = measured;
  const free = 1 - headroom / 100;
  const fitting = [...types].filter(
    (each) =>
      isNoLarger(each, now) && isOfTheSameKind(each, now, machine) && carries(each, measured, free),
  );
  const priced = fitting.map((each) => ({
    each,
    type: each.InstanceType ?? "",
    saves: savedBy(each.InstanceType ?? "", machine, region),
  }));
  const known = priced.filter(({ saves }) => typeof saves === "number");
  const [best] = known.sort((a, b) => Number(b.saves) - Number(a.saves));
  if (best) return { type: best.type, saves: Number(best.saves) };
  // Without a price only what has less of one and no more of the other is known to cost no more.
  const [smallest] = priced
    .filter(({ each, saves }) => saves === undefined && memoryOfType(each) <= memoryOfType(now))
    .filter(({ each }) => coresOfType(each) < coresOfType(now))
    .sort(
      (a, b) =>
        coresOfType(a.each) - coresOfType(b.each) || memoryOfType(a.each) - memoryOfType(b.each),
    );
  return smallest && { type: smallest.type, saves: undefined };
}

/** Whether a smaller one would do if its memory were known to be free: nobody measured it. */
export function waitsForMemory(
  measured: MeasuredMachine,
  types: readonly InstanceTypeInfo[],
  room: Room,
): boolean {
  if (measured.load.memory !== undefined) return false;
  const load = { ...measured.load, memory: 0 };
  return smallerThan({ ...measured, load }, types, room) !== undefined;
}
