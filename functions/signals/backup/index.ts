/**
 * AWS Backup: jobs that did not make, copy or restore what they should. A later one of the same that
 * is complete ends it, once AWS Backup says so when it is asked. Some of its events say `state`,
 * others `status`.
 */
import * as z from "zod/mini";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { nameIn, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z
  .object({
    state: text,
    status: text,
    statusMessage: text,
    backupJobId: text,
    copyJobId: text,
    restoreJobId: text,
    resourceArn: text,
    createdResourceArn: text,
    recoveryPointArn: text,
    sourceRecoveryPointArn: text,
    resourceType: text,
    backupVaultName: text,
    sourceBackupVaultArn: text,
    destinationBackupVaultArn: text,
  })
  .check(z.refine(({ state, status }) => state !== undefined || status !== undefined));

type Job = z.output<typeof detail>;

const resourceIn = (job: Job, resources: readonly string[]): string | undefined =>
  job.resourceArn ??
  job.createdResourceArn ??
  job.recoveryPointArn ??
  job.sourceRecoveryPointArn ??
  resources[0];

/**
 * What it is of, for its key: a later job of the same that completes ends it. Of a restore that is
 * the recovery point, whatever was made of it; a copy to one vault is none to another.
 */
function matterIn(job: Job, resources: readonly string[]): string | undefined {
  if (job.restoreJobId) return job.recoveryPointArn ?? job.sourceRecoveryPointArn ?? resources[0];
  const arn = resourceIn(job, resources);
  const vault = job.copyJobId && job.destinationBackupVaultArn;
  return arn && vault ? `${arn}/to/${vault}` : arn;
}

const vaultIn = (job: Job): string | undefined =>
  job.backupVaultName ?? (job.sourceBackupVaultArn && nameIn(job.sourceBackupVaultArn));

/** `backup` of "Backup Job State Change". */
const kindOf = (detailType: string): string => detailType.split(" ")[0]?.toLowerCase() ?? "backup";

const because = ({ statusMessage }: Job): string =>
  prefixed(": ", statusMessage?.replace(/^"|"$/g, ""));

export default stateSignal({
  id: "backup",
  family: "signals",
  summary: "Tells of backups, copies and restores of AWS Backup that failed",
  on: ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"].map(
    (detailType) => ({ source: "aws.backup", detailType }),
  ),
  config: z.strictObject({
    critical: namesInEvent("Resources, by ARN, whose failed backup is critical."),
    ignore: namesInEvent("Resources, by ARN, that are not told."),
  }),
  detail,

  subject(job, { detailType, region, resources }) {
    const id = job.backupJobId ?? job.copyJobId ?? job.restoreJobId;
    const kind = kindOf(detailType);
    const arn = resourceIn(job, resources);
    const name = arn ? nameIn(arn) : `a ${job.resourceType ?? "resource"}`;
    return {
      name: arn ?? name,
      affected: [arn],
      link: id && consolePage(region)`backup/home?region=${region}#/jobs/${kind}/details/${id}`,
      key: `backup/${region}/${kind}/${matterIn(job, resources) ?? id ?? "unknown"}`,
      what: `The ${kind} of ${name}`,
      id,
    };
  },

  state({ detail: { state, status, statusMessage } }, { detailType }) {
    const told = (state ?? status)?.toUpperCase();
    // The console's "Completed with issues": a backup that is complete and has something to say.
    const hasIssues = told === "COMPLETED" && kindOf(detailType) === "backup" && statusMessage;
    return hasIssues ? "COMPLETED WITH ISSUES" : told;
  },
  states: {
    FAILED: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: job }) => `${subject.what} has failed${because(job)}`,
    },
    ABORTED: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: job }) => `${subject.what} has aborted${because(job)}`,
    },
    EXPIRED: {
      severity: "warning",
      mayBeCritical: true,
      // Not the recovery point: the job did not begin or end in the time that its plan gives it.
      title: ({ subject, detail: job }) =>
        `${subject.what} was not made within its window${because(job)}`,
    },
    PARTIAL: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: job }) => `${subject.what} has ended in part${because(job)}`,
    },
    "COMPLETED WITH ISSUES": {
      severity: "warning",
      title: ({ subject, detail: job }) => `${subject.what} is complete with issues${because(job)}`,
    },
    COMPLETED: { over: "quietly", title: ({ subject }) => `${subject.what} is complete` },
  },

  facts: ({ subject, detail: job }) => ({
    job: subject.id,
    state: (job.state ?? job.status)?.toUpperCase(),
    vault: vaultIn(job),
    to: job.destinationBackupVaultArn && nameIn(job.destinationBackupVaultArn),
    resource: job.resourceType,
    "AWS Backup says": job.statusMessage,
  }),

  confirmation: () => import("./confirmation.ts"),
});
