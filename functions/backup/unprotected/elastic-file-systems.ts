/** File systems of EFS. What backs them up is AWS Backup alone, also by EFS's own automatic backups. */
import type { FileSystemDescription } from "@aws-sdk/client-efs";
import {
  describeBackupPolicy,
  describeElasticfilesystemFileSystems,
} from "../../../aws/elasticfilesystem/file-system.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { inOneLine, isDenied } from "../../../sdk/errors.ts";
import type { LookingPlace } from "./place.ts";
import type { Resource } from "./resource.ts";

export const elasticReads = [describeElasticfilesystemFileSystems, describeBackupPolicy] as const;
type Here = LookingPlace<typeof elasticReads>;

const passingStates = new Set(["creating", "deleting", "deleted", "error"]);

/** A policy is no backup: whether there is one the vaults say. */
async function policyOf(FileSystemId: string, { read }: Here): Promise<string> {
  try {
    const answer = await read(describeBackupPolicy({ FileSystemId }));
    const status = answer?.BackupPolicy?.Status ?? "DISABLED";
    if (!status.startsWith("ENABL")) return "EFS's automatic backups are off";
    return "EFS's automatic backups are on, and have made none as young as asked";
  } catch (error) {
    // Its own policy may forbid it: the others go on.
    if (!isDenied(error)) throw error;
    return `whether EFS backs it up by itself is not known: ${inOneLine(error)}`;
  }
}

async function asResource(files: FileSystemDescription, place: Here): Promise<Resource> {
  const { FileSystemArn: arn = "", FileSystemId: id = "", Name, Tags = [] } = files;
  const { LifeCycleState = "", CreationTime: created, FileSystemProtection } = files;
  const isReplica = FileSystemProtection?.ReplicationOverwriteProtection === "REPLICATING";
  return {
    kind: "efs",
    ...{ arn, id, created },
    region: place.region,
    name: Name ? `${Name} (${id})` : id,
    tags: Tags,
    passing: passingStates.has(LifeCycleState) ? `it is ${LifeCycleState}` : undefined,
    apart: isReplica ? "it replicates another file system" : undefined,
    unread: [],
    part: undefined,
    besides: await policyOf(id, place),
    ...place.shelf.of(arn),
  };
}

/** Each is asked once more. */
const together = 5;

export async function elasticFileSystemsIn(place: Here): Promise<Resource[]> {
  const found = await Array.fromAsync(place.read(describeElasticfilesystemFileSystems({})));
  return concurrently(found, (files) => asResource(files, place), { concurrency: together });
}
