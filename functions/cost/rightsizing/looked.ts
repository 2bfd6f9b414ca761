/** Judges instances: by Compute Optimizer where it knows them, else by what was measured. */
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { HourlyMetric } from "../../../aws/cloudwatch/hourly.ts";
import { describeInstanceTypes, typesNamed } from "../../../aws/ec2/instance-type.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { OptimizerAdvice } from "./advised.ts";
import { monthlyPriceAs, type SizedMachine } from "./machine.ts";
import { loadsOf, type readsOfLoad } from "./measured.ts";
import { familiesBeside, type Room, smallerThan, waitsForMemory, whyUnsized } from "./smaller.ts";

/** What is said of one instance. */
export interface Sizing {
  readonly machine: SizedMachine;
  readonly is: "larger" | "smaller" | "fits" | "waits for memory" | "not judged";
  readonly by: "Compute Optimizer" | "measured";
  /** What it could be instead. */
  readonly to?: string | undefined;
  /** US dollars a month. */
  readonly saves?: number | undefined;
  /** By whose price that is. */
  readonly pricedBy?: "price list" | "Compute Optimizer";
  /** Percent of its cores and of its memory when it is busiest. */
  readonly cpu?: number | undefined;
  readonly memory?: number | undefined;
  /** Of what is not judged: why, in words that follow "are". */
  readonly why?: string;
  readonly differs?: readonly string[];
}

/** Where and when it is looked, and by which limits. */
export interface SizeLooking extends Room {
  readonly read: Reader<readonly [...typeof readsOfLoad, typeof describeInstanceTypes]>;
  readonly now: Date;
  readonly days: number;
  readonly advice: ReadonlyMap<string, OptimizerAdvice> | undefined;
  readonly memory: ReadonlyMap<string, HourlyMetric>;
}

/** By the price list where it knows both, else as Compute Optimizer reckons it. */
function savingOf(
  machine: SizedMachine,
  { to, saves }: OptimizerAdvice,
  region: string,
): Pick<Sizing, "saves" | "pricedBy"> {
  const now = monthlyPriceAs(machine.type, machine, region);
  const then = to === undefined ? undefined : monthlyPriceAs(to, machine, region);
  if (now !== undefined && then !== undefined) return { saves: now - then, pricedBy: "price list" };
  return saves === undefined ? {} : { saves, pricedBy: "Compute Optimizer" };
}

function advisedSizing(machine: SizedMachine, advice: OptimizerAdvice, region: string): Sizing {
  const { finding, cpu, memory, differs } = advice;
  const seen = { machine, by: "Compute Optimizer" as const, cpu, memory };
  if (advice.of !== machine.type)
    return {
      ...seen,
      is: "not judged",
      why: "of another type since Compute Optimizer judged them",
    };
  if (finding === "other" || (finding !== "fits" && advice.to === undefined))
    return {
      ...seen,
      is: "not judged",
      why: "told by Compute Optimizer without a type to change to",
    };
  if (finding === "fits") return { ...seen, is: "fits" };
  const to = advice.to;
  if (finding === "smaller") return { ...seen, is: "smaller", to, differs };
  return { ...seen, is: "larger", to, differs, ...savingOf(machine, advice, region) };
}

/** By family, what the region offers of those that are beside the types that are asked. */
async function typesBeside(
  types: Iterable<string>,
  read: Reader<readonly [typeof describeInstanceTypes]>,
): Promise<ReadonlyMap<string, readonly InstanceTypeInfo[]>> {
  const families = new Set([...types].flatMap(familiesBeside));
  const all: InstanceTypeInfo[] = [];
  for (const names of chunks([...families], 100)) {
    const Values = names.map((family) => `${family}.*`);
    const asked = describeInstanceTypes({ Filters: [{ Name: "instance-type", Values }] });
    for await (const type of read(asked)) all.push(type);
  }
  return Map.groupBy(all, ({ InstanceType = "" }) => InstanceType.split(".")[0] ?? "");
}

async function measuredSizings(
  machines: readonly SizedMachine[],
  types: ReadonlyMap<string, InstanceTypeInfo>,
  looking: SizeLooking,
): Promise<Sizing[]> {
  const sized = machines.filter((machine) => !whyUnsized(machine, types.get(machine.type)));
  const loads = await loadsOf(
    sized.map(({ id }) => id),
    // What is busier leaves no headroom on any type with no more cores than it has.
    { ...looking, busy: 100 - looking.headroom },
  );
  const quiet = sized.filter(({ id }) => typeof loads.get(id) === "object");
  const offered = await typesBeside(new Set(quiet.map(({ type }) => type)), looking.read);
  return machines.map((machine): Sizing => {
    const seen = { machine, by: "measured" as const };
    const type = types.get(machine.type);
    const why = whyUnsized(machine, type);
    const load = loads.get(machine.id);
    if (why !== undefined || !type) return { ...seen, is: "not judged", why: why ?? "" };
    if (load === "busy") return { ...seen, is: "fits" };
    if (load === undefined || load === "gaps")
      return {
        ...seen,
        is: "not judged",
        why: `younger than ${looking.days} days, stood still for a part of them, or are measured with gaps`,
      };
    const { cpu, memory } = load;
    const beside = familiesBeside(machine.type).flatMap((family) => offered.get(family) ?? []);
    const measured = { machine, type, load };
    const smaller = smallerThan(measured, beside, looking);
    if (smaller) {
      const { type: to, saves } = smaller;
      const priced = saves === undefined ? {} : { pricedBy: "price list" as const };
      return { ...seen, is: "larger", to, saves, ...priced, cpu, memory };
    }
    const is = waitsForMemory(measured, beside, looking) ? "waits for memory" : "fits";
    return { ...seen, is, cpu, memory };
  });
}

/** Each in the order in which they are listed. */
export async function sizingsOf(
  machines: readonly SizedMachine[],
  looking: SizeLooking,
): Promise<{ sizings: Sizing[]; types: ReadonlyMap<string, InstanceTypeInfo> }> {
  const { read, advice, region } = looking;
  const types = await typesNamed(
    machines.map(({ type }) => type),
    read,
  );
  const byMeasure = machines.filter(({ id }) => !advice?.has(id));
  const measured = new Map(
    (await measuredSizings(byMeasure, types, looking)).map((each) => [each.machine.id, each]),
  );
  const sizings = machines.flatMap((machine) => {
    const known = advice?.get(machine.id);
    const sizing = known ? advisedSizing(machine, known, region) : measured.get(machine.id);
    return sizing ? [sizing] : [];
  });
  return { sizings, types };
}
