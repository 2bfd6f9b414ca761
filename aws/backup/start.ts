/** Jobs of AWS Backup on demand: they work with a role of their own, which the settings name. */
import {
  BackupClient,
  paginateListCopyJobs,
  StartBackupJobCommand,
  StartCopyJobCommand,
  StopBackupJobCommand,
} from "@aws-sdk/client-backup";
import { paged, write } from "../../sdk/call.ts";
import { anyRecoveryPoint } from "./vault.ts";

// Named where it is needed, and not spread: what is spread is carried by whoever imports this file.
const passed = {
  on: "arn:{partition}:iam::{account}:role/{named_backup_role}",
  when: { StringEquals: { "iam:PassedToService": "backup.amazonaws.com" } },
} as const;

/** Of a job that has ended there is nothing to stop. */
export const stopBackupJob = write("backup:StopBackupJob", BackupClient, StopBackupJobCommand, {
  on: "*",
  already: ["InvalidRequestException", "ResourceNotFoundException"],
  irreversible: "a job that is stopped does not go on",
});

/** One token is one job, however often it is sent. */
export const startBackupJob = write("backup:StartBackupJob", BackupClient, StartBackupJobCommand, {
  on: "backup-vault:{named_backup_vault}",
  also: { "iam:PassRole": passed, "backup:TagResource": anyRecoveryPoint },
  token: { field: "IdempotencyToken" },
  crowded: ["LimitExceededException"],
  made: ({ BackupJobId }) => BackupJobId,
  inverse: [stopBackupJob, (_, { BackupJobId }) => ({ BackupJobId })],
});

/** AWS forgets them after some weeks. */
export const listCopyJobs = paged("backup:ListCopyJobs", BackupClient, paginateListCopyJobs, {
  items: (page) => page.CopyJobs,
  pageSize: 1000,
});

/** Into a vault of another region or account: that vault's own policy must let it in. */
export const startCopyJob = write("backup:StartCopyJob", BackupClient, StartCopyJobCommand, {
  on: anyRecoveryPoint,
  also: { "iam:PassRole": passed },
  token: { field: "IdempotencyToken" },
  crowded: ["LimitExceededException"],
  made: ({ CopyJobId }) => CopyJobId,
  irreversible:
    "nothing here may delete from a vault of another region or account: the copy lies there until its lifecycle ends",
});
