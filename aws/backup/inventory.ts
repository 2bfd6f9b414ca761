/** What AWS Backup keeps, and what its plans do: read, never written. */
import {
  BackupClient,
  DescribeRegionSettingsCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  paginateListBackupJobs,
  paginateListBackupPlans,
  paginateListBackupSelections,
  paginateListBackupVaults,
  paginateListRecoveryPointsByBackupVault,
} from "@aws-sdk/client-backup";
import { paged, read } from "../../sdk/call.ts";

const pageSize = 1000;
const absent = ["ResourceNotFoundException"] as const;

export const listBackupVaults = paged(
  "backup:ListBackupVaults",
  BackupClient,
  paginateListBackupVaults,
  { items: (page) => page.BackupVaultList },
);
export const listRecoveryPointsByBackupVault = paged(
  "backup:ListRecoveryPointsByBackupVault",
  BackupClient,
  paginateListRecoveryPointsByBackupVault,
  { items: (page) => page.RecoveryPoints, on: "backup-vault:*", pageSize },
);
export const listBackupPlans = paged(
  "backup:ListBackupPlans",
  BackupClient,
  paginateListBackupPlans,
  { items: (page) => page.BackupPlansList },
);
export const getBackupPlan = read("backup:GetBackupPlan", BackupClient, GetBackupPlanCommand, {
  on: "backup-plan:*",
  absent,
});
export const listBackupSelections = paged(
  "backup:ListBackupSelections",
  BackupClient,
  paginateListBackupSelections,
  { items: (page) => page.BackupSelectionsList, on: "backup-plan:*" },
);
export const getBackupSelection = read(
  "backup:GetBackupSelection",
  BackupClient,
  GetBackupSelectionCommand,
  { on: "backup-plan:*", absent },
);
/** AWS forgets them after some weeks. */
export const listBackupJobs = paged("backup:ListBackupJobs", BackupClient, paginateListBackupJobs, {
  items: (page) => page.BackupJobs,
  pageSize,
});
/** Which services AWS Backup may back up here by tag: those that nobody has opted in it leaves out, without a word. */
export const describeRegionSettings = read(
  "backup:DescribeRegionSettings",
  BackupClient,
  DescribeRegionSettingsCommand,
);
