/** A job has made what it should when AWS Backup itself says of that job that it is complete. */
import { describeBackupJob, describeCopyJob, describeRestoreJob } from "../../../aws/backup/job.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface JobEvent {
  readonly backupJobId?: string | undefined;
  readonly copyJobId?: string | undefined;
  readonly restoreJobId?: string | undefined;
}

export default confirmation({
  reads: [describeBackupJob, describeCopyJob, describeRestoreJob],
  async over({ backupJobId, copyJobId, restoreJobId }: JobEvent, { read }) {
    if (backupJobId) {
      const { State } = await read(describeBackupJob({ BackupJobId: backupJobId }));
      return State === "COMPLETED";
    }
    if (copyJobId) {
      const { CopyJob } = await read(describeCopyJob({ CopyJobId: copyJobId }));
      return CopyJob?.State === "COMPLETED";
    }
    if (!restoreJobId) throw new Error("the event names no job");
    const { Status } = await read(describeRestoreJob({ RestoreJobId: restoreJobId }));
    return Status === "COMPLETED";
  },
});
