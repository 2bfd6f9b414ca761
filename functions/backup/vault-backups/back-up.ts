/** One recovery point of a resource, from its job until that has ended. */
import { listBackupJobs } from "../../../aws/backup/inventory.ts";
import { describeBackupJob } from "../../../aws/backup/job.ts";
import { startBackupJob } from "../../../aws/backup/start.ts";
import { deleteRecoveryPoint } from "../../../aws/backup/vault.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type SetName, tagOf } from "../backup-set.ts";
import { lifecycleOf, type VaultLife } from "../vault-plan.ts";
import { vaultMaker } from "./maker.ts";
import { endOf, issuesOf, jobFailure, longestJob, untilJobOver } from "./outcome.ts";

/** What is to be made. */
export interface BackUpInVault extends SetName, VaultLife {
  readonly vault: string;
  /** ARN. */
  readonly role: string;
}

const active: ReadonlySet<string> = new Set(["CREATED", "PENDING", "RUNNING", "ABORTING"]);

type ReadJobs = Reader<readonly [typeof listBackupJobs]>;

/** Jobs of whoever that are at it. */
async function jobsAt(read: ReadJobs, about: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { State = "", BackupJobId } of read(listBackupJobs({ ByResourceArn: about })))
    if (active.has(State) && BackupJobId) found.push(BackupJobId);
  return found;
}

const untilFree = { every: minutes(5), atMost: hours(24) };

const backUpReads = [listBackupJobs, describeBackupJob] as const;
const backUpWrites = [startBackupJob] as const;

function tagsFor(
  { about, slot }: SetName,
  { carries }: Pick<Carrier<typeof backUpReads, typeof backUpWrites>, "carries">,
): Record<string, string> {
  return {
    [tagOf.unit]: vaultMaker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
  };
}

export const backUpInVault = flow({
  id: "back-up-in-vault",
  reads: backUpReads,
  writes: backUpWrites,
  longest: longestJob,

  async carry(backUp: BackUpInVault, aws) {
    const { about, vault, role } = backUp;
    // By their ids, as they were before: a job of its own, begun before it died, is none of them.
    const others = await aws.look("other jobs at it", (read) => jobsAt(read, about));
    if (others.length)
      await aws.until(
        "no other job of AWS Backup is at it",
        async (read) => {
          const now = await jobsAt(read, about);
          return others.some((id) => now.includes(id)) ? undefined : true;
        },
        untilFree,
      );
    const { BackupJobId = "" } = await aws.write(
      startBackupJob({
        BackupVaultName: vault,
        ResourceArn: about,
        IamRoleArn: role,
        RecoveryPointTags: tagsFor(backUp, aws),
        Lifecycle: lifecycleOf(backUp),
      }),
    );
    const job = await aws.until(
      "the job has ended",
      async (read) => {
        const answer = await read(describeBackupJob({ BackupJobId }));
        const end = endOf(answer);
        return end && { ...end, RecoveryPointArn: answer.RecoveryPointArn ?? "" };
      },
      untilJobOver,
    );
    if (job.state !== "COMPLETED")
      throw new Error(jobFailure(`the backup job ${BackupJobId} of ${about}`, job));
    if (job.hasIssues) await aws.tell(issuesOf("The backup", about, job));
    return { RecoveryPointArn: job.RecoveryPointArn, BackupVaultName: vault };
  },

  inverse: [
    deleteRecoveryPoint,
    (_, { RecoveryPointArn, BackupVaultName }) => ({ RecoveryPointArn, BackupVaultName }),
  ],
});
