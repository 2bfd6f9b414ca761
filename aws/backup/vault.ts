/** What lies in AWS Backup's vaults, whose it is, and its end. */
import { BackupClient, DeleteRecoveryPointCommand, ListTagsCommand } from "@aws-sdk/client-backup";
import { read, write } from "../../sdk/call.ts";

/** Of what AWS Backup manages itself they are its own; of others, the service's. */
export const anyRecoveryPoint = [
  "arn:{partition}:backup:{region}:{account}:recovery-point:*",
  "arn:{partition}:fsx:{region}:{account}:backup/*",
  "arn:{partition}:dynamodb:{region}:{account}:table/*/backup/*",
] as const;

/** A point that is gone has none. */
export const listBackupTags = read("backup:ListTags", BackupClient, ListTagsCommand, {
  on: anyRecoveryPoint,
  absent: ["ResourceNotFoundException"],
});

/** Refused for what a lock of the vault or a legal hold keeps. */
export const deleteRecoveryPoint = write(
  "backup:DeleteRecoveryPoint",
  BackupClient,
  DeleteRecoveryPointCommand,
  {
    on: anyRecoveryPoint,
    already: ["ResourceNotFoundException"],
    irreversible: "a deleted recovery point is gone, and with it what only it held",
  },
);
