/** Recovery points of AWS Backup, in all vaults of a region. */
import {
  listBackupVaults,
  listRecoveryPointsByBackupVault,
} from "../../../aws/backup/inventory.ts";
import { before, minutes } from "../../../sdk/time.ts";
import type { LookingPlace } from "./place.ts";

export const vaultReads = [listBackupVaults, listRecoveryPointsByBackupVault] as const;

/** AWS Backup has called a finished one by both names. */
const good: ReadonlySet<string> = new Set(["COMPLETED", "AVAILABLE"]);
/** It is being made: neither good nor lost. */
const under: ReadonlySet<string> = new Set(["CREATING"]);

const isContinuous = (arn: string): boolean => arn.includes(":recovery-point:continuous");

/**
 * A continuous backup of a bucket is one point for as long as it goes on, made when that began: while
 * it is not stopped it takes the bucket back to any moment but the last minutes.
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
 */
const behind = minutes(15);

export async function readContinuous({
  read,
  shelf,
  now,
}: LookingPlace<typeof vaultReads>): Promise<void> {
  for await (const { BackupVaultName } of read(listBackupVaults({})))
    for await (const point of read(
      listRecoveryPointsByBackupVault({ BackupVaultName, ByResourceType: "S3" }),
    )) {
      const { ResourceArn, RecoveryPointArn = "", Status = "" } = point;
      if (!ResourceArn || !isContinuous(RecoveryPointArn)) continue;
      const at = before(now, behind);
      const vault = `the AWS Backup vault ${BackupVaultName}`;
      if (good.has(Status)) shelf.put(ResourceArn, { at, by: `${vault}, continuously` });
      else if (Status === "STOPPED")
        shelf.reject(ResourceArn, { at, why: `its continuous backup in ${vault} is STOPPED` });
    }
}

/** @param since older ones are not asked for */
export async function readVaults(
  { read, shelf }: LookingPlace<typeof vaultReads>,
  since: Date,
): Promise<void> {
  for await (const { BackupVaultName } of read(listBackupVaults({})))
    for await (const point of read(
      listRecoveryPointsByBackupVault({ BackupVaultName, ByCreatedAfter: since }),
    )) {
      const { ResourceArn, RecoveryPointArn = "", CreationDate: at, Status = "" } = point;
      const { StatusMessage, IsParent } = point;
      // A parent is of a stack: its parts are points of their own.
      if (!ResourceArn || !at || IsParent || under.has(Status)) continue;
      // Those of buckets are read by themselves, however old they are.
      if (isContinuous(RecoveryPointArn) && ResourceArn.includes(":s3:::")) continue;
      const vault = `the AWS Backup vault ${BackupVaultName}`;
      if (good.has(Status)) shelf.put(ResourceArn, { at, by: vault });
      else {
        const why = StatusMessage ? `: ${StatusMessage}` : "";
        shelf.reject(ResourceArn, { at, why: `a point in ${vault} is ${Status}${why}` });
      }
    }
}
