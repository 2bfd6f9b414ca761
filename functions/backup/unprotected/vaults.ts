/** Recovery points of AWS Backup, in all vaults of a region. */
import {
  listBackupVaults,
  listRecoveryPointsByBackupVault,
} from "../../../aws/backup/inventory.ts";
import type { LookingPlace } from "./place.ts";

export const vaultReads = [listBackupVaults, listRecoveryPointsByBackupVault] as const;

/** AWS Backup has called a finished one by both names. */
const good: ReadonlySet<string> = new Set(["COMPLETED", "AVAILABLE"]);
/** It is being made: neither good nor lost. */
const under: ReadonlySet<string> = new Set(["CREATING"]);

/** @param since older ones are not asked for */
export async function readVaults(
  { read, shelf }: LookingPlace<typeof vaultReads>,
  since: Date,
): Promise<void> {
  for await (const { BackupVaultName } of read(listBackupVaults({})))
    for await (const point of read(
      listRecoveryPointsByBackupVault({ BackupVaultName, ByCreatedAfter: since }),
    )) {
      const { ResourceArn, CreationDate: at, Status = "", StatusMessage, IsParent } = point;
      // A parent is of a stack: its parts are points of their own.
      if (!ResourceArn || !at || IsParent || under.has(Status)) continue;
      const vault = `the AWS Backup vault ${BackupVaultName}`;
      if (good.has(Status)) shelf.put(ResourceArn, { at, by: vault });
      else {
        const why = StatusMessage ? `: ${StatusMessage}` : "";
        shelf.reject(ResourceArn, { at, why: `a point in ${vault} is ${Status}${why}` });
      }
    }
}
