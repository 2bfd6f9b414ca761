/** What there is in place of a type of the previous generation: by AWS's page, and by AWS's numbers. */
import type { ArchitectureType, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { type describeInstanceTypes, typesNamed } from "../../../aws/ec2/instance-type.ts";
import type { Reader } from "../../../sdk/unit.ts";

type Read = Reader<readonly [typeof describeInstanceTypes]>;

/** Where AWS says what to upgrade to. */
export const upgradePaths = "https://aws.amazon.com/ec2/previous-generation/";

/**
 * What that page names, by family. Only what was read there: a family that is not here may be on the
 * page all the same, and is told as not known.
 */
const named: Readonly<Record<string, readonly string[]>> = {
  t1: ["t3", "t4g", "t3a"],
  m1: ["m7i", "m7g", "m7a"],
  m3: ["m7i", "m7g", "m7a"],
  i2: ["i3"],
};

/** `m3` of `m3.large`. */
export const typeFamilyOf = (type: string): string => type.slice(0, type.indexOf("."));
const sizeOf = (type: string): string => type.slice(type.indexOf(".") + 1);

/** What decides what an instance could run on. */
export interface RunningKind {
  readonly type: string;
  /** Of its image; absent where EC2 does not say. */
  readonly architecture: string | undefined;
  readonly isLinux: boolean;
}

export interface Newer {
  /** Families that AWS names; `undefined`: none is known. */
  readonly families: readonly string[] | undefined;
  /** Of these, types of the same size that the region offers and that run the same image. */
  readonly types: readonly string[];
  /** Types with arm64 that the region offers; `undefined`: its image is not Linux. */
  readonly graviton: readonly string[] | undefined;
}

/** Types by which newer ones are looked for. */
export interface TypesThere {
  readonly old: ReadonlyMap<string, InstanceTypeInfo>;
  readonly successors: ReadonlyMap<string, InstanceTypeInfo>;
  readonly arm: readonly InstanceTypeInfo[];
}

const namesFor = (type: string): readonly string[] =>
  (named[typeFamilyOf(type)] ?? []).map((family) => `${family}.${sizeOf(type)}`);

/** @returns types of the region that AWS's page names in the place of these, in the same size */
export const successorsOf = (
  types: Iterable<string>,
  read: Read,
): Promise<ReadonlyMap<string, InstanceTypeInfo>> => typesNamed([...types].flatMap(namesFor), read);

const architectures = (type: InstanceTypeInfo | undefined): readonly string[] =>
  type?.ProcessorInfo?.SupportedArchitectures ?? [];
const arm = "arm64" satisfies ArchitectureType;

const coresOf = (type: InstanceTypeInfo): number => type.VCpuInfo?.DefaultVCpus ?? 0;
const memoryOf = (type: InstanceTypeInfo): number => type.MemoryInfo?.SizeInMiB ?? 0;

/** What a count of cores and memory does not tell. */
const hasMore = (type: InstanceTypeInfo): boolean =>
  Boolean(
    type.BareMetal ||
      type.GpuInfo ||
      type.FpgaInfo ||
      type.InferenceAcceleratorInfo ||
      type.NeuronInfo ||
      type.MediaAcceleratorInfo,
  );

/** As many cores, its memory or up to twice that, local disks and bursts where it has them. */
function isAsLarge(type: InstanceTypeInfo, old: InstanceTypeInfo): boolean {
  const memory = memoryOf(type);
  return (
    coresOf(type) === coresOf(old) &&
    memory >= memoryOf(old) &&
    memory <= 2 * memoryOf(old) &&
    type.InstanceStorageSupported === old.InstanceStorageSupported &&
    type.BurstablePerformanceSupported === old.BurstablePerformanceSupported &&
    !hasMore(type)
  );
}

/** By AWS's numbers alone: those with the least memory that is enough. */
function armLike(old: InstanceTypeInfo, there: readonly InstanceTypeInfo[]): string[] {
  if (hasMore(old) || !coresOf(old) || !memoryOf(old)) return [];
  const alike = there.filter((type) => isAsLarge(type, old));
  const least = Math.min(...alike.map(memoryOf));
  return alike
    .filter((type) => memoryOf(type) === least)
    .flatMap(({ InstanceType }) => InstanceType ?? [])
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** What there is in place of an instance's type. */
export function newerThan({ type, architecture, isLinux }: RunningKind, types: TypesThere): Newer {
  const old = types.old.get(type);
  const runs = architecture === undefined ? architectures(old) : [architecture];
  // What the region does not offer has no architecture here.
  const ofOffered = (wanted: readonly string[]) =>
    namesFor(type).filter((name) =>
      architectures(types.successors.get(name)).some((each) => wanted.includes(each)),
    );
  const namedArm = ofOffered([arm]);
  const byNumbers = () => (old ? armLike(old, types.arm) : []);
  return {
    families: named[typeFamilyOf(type)],
    types: ofOffered(runs),
    graviton: isLinux ? namedArm.concat(namedArm.length ? [] : byNumbers()) : undefined,
  };
}
