/** One copy of a recovery point in another vault, from its job until that has ended. */
import { describeCopyJob } from "../../../aws/backup/job.ts";
import { startCopyJob } from "../../../aws/backup/start.ts";
import { flow } from "../../../sdk/flow.ts";
import type { SetName } from "../backup-set.ts";
import { endOf, issuesOf, jobFailure, longestJob, untilJobOver } from "../vault-backups/outcome.ts";
import { lifecycleOf, type VaultLife } from "../vault-plan.ts";

/** What is to be copied. */
export interface CopyToVault extends SetName, VaultLife {
  /** The point's ARN. */
  readonly point: string;
  readonly vault: string;
  /** ARN. */
  readonly role: string;
  /** The other vault's ARN. */
  readonly to: string;
}

export const copyToVault = flow({
  id: "copy-to-vault",
  reads: [describeCopyJob],
  writes: [startCopyJob],
  longest: longestJob,

  async carry(copy: CopyToVault, { write, until, tell }) {
    const { point, vault, role, to } = copy;
    const { CopyJobId = "" } = await write(
      startCopyJob({
        RecoveryPointArn: point,
        SourceBackupVaultName: vault,
        DestinationBackupVaultArn: to,
        IamRoleArn: role,
        Lifecycle: lifecycleOf(copy),
      }),
    );
    const job = await until(
      "the copy job has ended",
      async (read) => {
        const { CopyJob = {} } = await read(describeCopyJob({ CopyJobId }));
        const end = endOf(CopyJob);
        return end && { ...end, RecoveryPointArn: CopyJob.DestinationRecoveryPointArn ?? "" };
      },
      untilJobOver,
    );
    if (job.state !== "COMPLETED")
      throw new Error(jobFailure(`the copy job ${CopyJobId} to ${to}`, job));
    if (job.hasIssues) await tell(issuesOf(`The copy to ${to}`, copy.about, job));
    return { RecoveryPointArn: job.RecoveryPointArn };
  },

  irreversible:
    "nothing here may delete from a vault of another region or account: the copy lies there until its lifecycle ends",
});
