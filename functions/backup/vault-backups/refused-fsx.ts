/**
 * What FSx makes no backups of, whoever asks: known by the file system before a job is asked for, which
 * would fail in every slot.
 * @see https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-backups-fsx.html
 */
import type { FileSystem, Volume } from "@aws-sdk/client-fsx";
import {
  describeDataRepositoryAssociations,
  describeFsxFileSystems,
  describeFsxVolumes,
} from "../../../aws/fsx/file-system.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const refusedFsxReads = [
  describeFsxFileSystems,
  describeFsxVolumes,
  describeDataRepositoryAssociations,
] as const;
type Read = Reader<typeof refusedFsxReads>;

const isLustre = ({ FileSystemType }: FileSystem): boolean => FileSystemType === "LUSTRE";

/** @param linked ids of those that are linked to buckets */
function fileSystemRefusal(files: FileSystem, linked: ReadonlySet<string>): string | undefined {
  const { FileSystemType, LustreConfiguration: lustre, FileSystemId = "" } = files;
  if (FileSystemType === "ONTAP")
    return "its kind: of ONTAP volumes are backed up, each by itself. Select those, and take the file system out of the plan";
  if (!isLustre(files)) return undefined;
  if (lustre?.DeploymentType?.startsWith("SCRATCH"))
    return `its deployment type ${lustre.DeploymentType}, of which FSx makes no backups: take it out of the plan`;
  return lustre?.DataRepositoryConfiguration || linked.has(FileSystemId)
    ? "its link to a bucket, with which FSx makes no backups of it: back up the bucket, where all that counts is exported to it, and take the file system out of the plan"
    : undefined;
}

function volumeRefusal({ VolumeType, OntapConfiguration: ontap }: Volume): string | undefined {
  if (VolumeType === "OPENZFS")
    return "its kind: of OpenZFS file systems are backed up, each with all its volumes. Select that, and take the volume out of the plan";
  if (ontap?.StorageVirtualMachineRoot)
    return "its being the root of a storage virtual machine, of which FSx makes no backups: take it out of the plan";
  return ontap?.OntapVolumeType === "DP"
    ? "its being a replica of another volume (DP), of which FSx makes no backups: select that one, and take this out of the plan"
    : undefined;
}

async function linkedIn(read: Read, all: readonly FileSystem[]): Promise<ReadonlySet<string>> {
  const linked = new Set<string>();
  if (!all.some(isLustre)) return linked;
  for await (const { FileSystemId } of read(describeDataRepositoryAssociations({})))
    if (FileSystemId) linked.add(FileSystemId);
  return linked;
}

/**
 * @param abouts ARNs of what the plan selects of FSx; where there are none nothing is asked
 * @returns by ARN, why a job would be refused, as it reads in "left alone on account of …"
 */
export async function refusedFsx(
  read: Read,
  abouts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  const wanted = new Set(abouts);
  const note = (arn: string | undefined, why: string | undefined) => {
    if (arn && why !== undefined && wanted.has(arn)) refused.set(arn, why);
  };
  if (abouts.some((arn) => arn.includes(":file-system/"))) {
    const all = await Array.fromAsync(read(describeFsxFileSystems({})));
    const chosen = all.filter(({ ResourceARN = "" }) => wanted.has(ResourceARN));
    const linked = await linkedIn(read, chosen);
    for (const files of chosen) note(files.ResourceARN, fileSystemRefusal(files, linked));
  }
  if (abouts.some((arn) => arn.includes(":volume/")))
    for await (const volume of read(describeFsxVolumes({})))
      note(volume.ResourceARN, volumeRefusal(volume));
  return refused;
}
