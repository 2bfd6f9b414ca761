import {
  BackupClient,
  DescribeBackupJobCommand,
  DescribeCopyJobCommand,
  DescribeRestoreJobCommand,
} from "@aws-sdk/client-backup";
import { read } from "../../sdk/call.ts";

export const describeBackupJob = read(
  "backup:DescribeBackupJob",
  BackupClient,
  DescribeBackupJobCommand,
);
export const describeCopyJob = read("backup:DescribeCopyJob", BackupClient, DescribeCopyJobCommand);
export const describeRestoreJob = read(
  "backup:DescribeRestoreJob",
  BackupClient,
  DescribeRestoreJobCommand,
);
