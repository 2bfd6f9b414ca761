/** Instances as they are looked at: what decides what they could be instead. */
import type { Instance } from "@aws-sdk/client-ec2";
import { pricePerMonthOf } from "../../../aws/ec2/instance-price.ts";
import { instanceManager } from "../../../aws/ec2/stopping.ts";

/** A running instance, as far as its size goes by it. */
export interface SizedMachine {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly image: string;
  /** Of its image; absent where EC2 does not say. */
  readonly architecture: string | undefined;
  /** Who else decides what it is; empty: nobody. */
  readonly manager: string;
  /** As they were set where it was launched; absent: EC2 does not say. */
  readonly cores: number | undefined;
  /** Of a system that there is for arm64 too. */
  readonly isLinux: boolean;
  /** What its price goes by, beside its type. */
  readonly terms: Pick<Instance, "PlatformDetails" | "InstanceLifecycle" | "Placement">;
}

/** Systems that there are for arm64 too; SQL Server on Linux is none of them. */
const linuxes: readonly string[] = [
  "Linux/UNIX",
  "Red Hat Enterprise Linux",
  "SUSE Linux",
  "Ubuntu Pro",
];

/** One that EC2 lists. */
export function sizedMachineOf(instance: Instance): SizedMachine {
  const { InstanceId = "", InstanceType = "", ImageId = "", Tags, CpuOptions } = instance;
  const { PlatformDetails = "Linux/UNIX", InstanceLifecycle, Placement } = instance;
  const { CoreCount, ThreadsPerCore } = CpuOptions ?? {};
  return {
    id: InstanceId,
    name: Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
    type: InstanceType,
    image: ImageId,
    architecture: instance.Architecture,
    manager: instanceManager(instance) ?? "",
    cores: CoreCount && ThreadsPerCore ? CoreCount * ThreadsPerCore : undefined,
    isLinux: !instance.Platform && linuxes.includes(PlatformDetails),
    terms: { PlatformDetails, InstanceLifecycle, Placement },
  };
}

/** What it would cost a month as that type, in US dollars; nothing where no price is known. */
export const monthlyPriceAs = (
  type: string,
  { terms }: Pick<SizedMachine, "terms">,
  region: string,
): number | undefined =>
  pricePerMonthOf(
    { ...terms, InstanceType: type as NonNullable<Instance["InstanceType"]> },
    region,
  );

/** `m`, `5`, `a` and `large` of `m5a.large`. */
const named = /^([a-z]+)(\d+)([a-z]*)(?:-[a-z0-9]+)?\.([a-z0-9-]+)$/;

/** What a type's name is made of; nothing where it is made otherwise. */
export function typePartsOf(type: string) {
  const [, series, generation, more = "", size = ""] = named.exec(type) ?? [];
  return series ? { series, generation: Number(generation), more, size } : undefined;
}
