/** File systems of FSx, and of ONTAP their volumes: that is what is backed up of them. */
import type { Backup, FileSystem, Volume } from "@aws-sdk/client-fsx";
import {
  describeDataRepositoryAssociations,
  describeFsxBackups,
  describeFsxFileSystems,
  describeFsxVolumes,
} from "../../../aws/fsx/file-system.ts";
import type { LookingPlace } from "./place.ts";
import type { Resource } from "./resource.ts";

export const fsxBackupReads = [describeFsxBackups] as const;
export const fsxReads = [
  describeFsxFileSystems,
  describeFsxVolumes,
  describeDataRepositoryAssociations,
] as const;
type Here = LookingPlace<typeof fsxReads>;

/** They are being made: neither good nor lost. */
const under: ReadonlySet<string> = new Set(["CREATING", "PENDING", "TRANSFERRING", "COPYING"]);

const makers: Readonly<Record<string, string>> = {
  AUTOMATIC: "FSx, each day",
  AWS_BACKUP: "AWS Backup",
};
const madeBy = ({ Type, BackupId }: Backup): string =>
  makers[Type ?? ""] ?? `the backup ${BackupId}`;

const arnIn = ({ Volume, FileSystem }: Backup): string | undefined =>
  Volume?.ResourceARN ?? FileSystem?.ResourceARN;

/** AVAILABLE alone counts. A copy is as old as what it was copied from, and does not say how old. */
export async function readFsxBackups({
  read,
  shelf,
}: LookingPlace<typeof fsxBackupReads>): Promise<void> {
  const times = new Map<string, Date>();
  const copies: Backup[] = [];
  for await (const backup of read(describeFsxBackups({}))) {
    const { BackupId = "", CreationTime: at, Lifecycle = "", FailureDetails } = backup;
    const arn = arnIn(backup);
    if (!arn || !at || under.has(Lifecycle)) continue;
    if (backup.SourceBackupId) {
      copies.push(backup);
      continue;
    }
    times.set(BackupId, at);
    if (Lifecycle === "AVAILABLE") shelf.put(arn, { at, by: madeBy(backup) });
    else {
      const why = FailureDetails?.Message ? `: ${FailureDetails.Message}` : "";
      shelf.reject(arn, { at, why: `the backup ${BackupId} is ${Lifecycle}${why}` });
    }
  }
  for (const copy of copies) {
    const { BackupId, CreationTime: made, Lifecycle, SourceBackupId = "" } = copy;
    const arn = arnIn(copy);
    const at = times.get(SourceBackupId);
    if (!arn || !made || Lifecycle !== "AVAILABLE") continue;
    if (at) shelf.put(arn, { at, by: `the copy ${BackupId}` });
    else
      shelf.reject(arn, {
        at: made,
        why: `the copy ${BackupId} does not say how old is what it holds, and ${SourceBackupId} is not here`,
      });
  }
}

const passingStates = new Set(["CREATING", "DELETING", "FAILED", "PENDING"]);
const passing = (state = ""): string | undefined =>
  passingStates.has(state) ? `it is ${state.toLowerCase()}` : undefined;

const nameOf = (id: string, tags: Resource["tags"], name?: string): string => {
  const known = name ?? tags.find(({ Key }) => Key === "Name")?.Value;
  return known ? `${known} (${id})` : id;
};

/** Days that FSx keeps its automatic backups; of 0 it makes none. */
const daysKept = (files: FileSystem): number => {
  const { WindowsConfiguration, LustreConfiguration, OpenZFSConfiguration } = files;
  const own = WindowsConfiguration ?? LustreConfiguration ?? OpenZFSConfiguration;
  return (own ?? files.OntapConfiguration)?.AutomaticBackupRetentionDays ?? 0;
};

const automatic = (files: FileSystem | undefined): string =>
  files && daysKept(files) > 0
    ? "FSx's automatic backups are on, and have made none as young as asked"
    : "FSx's automatic backups are off";

interface LustreWords {
  readonly apart?: string;
  readonly besides: string;
}

/** @param linked ids of those that are linked to buckets */
function wordsOf(files: FileSystem, linked: ReadonlySet<string>): LustreWords {
  const { LustreConfiguration: lustre, FileSystemId = "" } = files;
  if (lustre?.DeploymentType?.startsWith("SCRATCH")) {
    const besides = "it is scratch, and FSx backs up none such";
    return { apart: besides, besides };
  }
  const isLinked = lustre?.DataRepositoryConfiguration || linked.has(FileSystemId);
  if (!isLinked) return { besides: automatic(files) };
  return {
    besides:
      "it is linked to a bucket, and FSx backs up none such: what is not exported is nowhere else",
  };
}

function asFileSystem(files: FileSystem, linked: ReadonlySet<string>, place: Here): Resource {
  const { ResourceARN: arn = "", FileSystemId: id = "", Tags = [], CreationTime } = files;
  const { apart, besides } = wordsOf(files, linked);
  return {
    kind: "fsx",
    ...{ arn, id, apart, besides },
    region: place.region,
    name: nameOf(id, Tags),
    tags: Tags,
    created: CreationTime,
    passing: passing(files.Lifecycle),
    unread: [],
    part: undefined,
    ...place.shelf.of(arn),
  };
}

function volumeApart({ OntapConfiguration: ontap }: Volume): string | undefined {
  if (ontap?.StorageVirtualMachineRoot) return "it is the root of its virtual machine";
  return ontap?.OntapVolumeType === "RW" ? undefined : "it replicates another volume";
}

function asVolume(volume: Volume, files: FileSystem | undefined, place: Here): Resource {
  const { ResourceARN: arn = "", VolumeId: id = "", Name, Tags = [], CreationTime } = volume;
  return {
    kind: "fsx",
    ...{ arn, id },
    region: place.region,
    name: nameOf(id, Tags, Name),
    tags: Tags,
    created: CreationTime,
    passing: passing(volume.Lifecycle),
    apart: volumeApart(volume),
    unread: [],
    part: undefined,
    besides: automatic(files),
    ...place.shelf.of(arn),
  };
}

async function linkedIn({ read }: Here): Promise<ReadonlySet<string>> {
  const linked = new Set<string>();
  for await (const { FileSystemId } of read(describeDataRepositoryAssociations({})))
    if (FileSystemId) linked.add(FileSystemId);
  return linked;
}

export async function fsxIn(place: Here): Promise<Resource[]> {
  const all = await Array.fromAsync(place.read(describeFsxFileSystems({})));
  const has = (type: string) => all.some(({ FileSystemType }) => FileSystemType === type);
  const linked = has("LUSTRE") ? await linkedIn(place) : new Set<string>();
  const whole = all.filter(({ FileSystemType }) => FileSystemType !== "ONTAP");
  const found = whole.map((files) => asFileSystem(files, linked, place));
  if (!has("ONTAP")) return found;
  const byId = new Map(all.map((files) => [files.FileSystemId, files]));
  for await (const volume of place.read(describeFsxVolumes({})))
    if (volume.VolumeType === "ONTAP")
      found.push(asVolume(volume, byId.get(volume.FileSystemId), place));
  return found;
}
