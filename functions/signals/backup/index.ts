/**
 * AWS Backup: jobs that did not make, copy or restore what they should. Some of its events say
 * `state`, others `status`.
 */
import * as z from "zod/mini";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, nameIn, namesInEvent } from "../../../sdk/signals/telling.ts";

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

const failed = new Set(["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]);

export default signal({
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

  tell(job, { config, detailType, region, resources }) {
    const state = (job.state ?? job.status ?? "").toUpperCase();
    const kind = detailType.startsWith("Copy")
      ? "copy"
      : detailType.startsWith("Restore")
        ? "restore"
        : "backup";
    const id = job.backupJobId ?? job.copyJobId ?? job.restoreJobId;
    const of =
      job.resourceArn ??
      job.createdResourceArn ??
      job.recoveryPointArn ??
      job.sourceRecoveryPointArn ??
      resources[0];
    const done = state === "COMPLETED";
    if ((!done && !failed.has(state)) || matchesName(config.ignore, of)) return undefined;
    const vault =
      job.backupVaultName ?? (job.sourceBackupVaultArn && nameIn(job.sourceBackupVaultArn));
    return message({
      title: `The ${kind} of ${of ? nameIn(of) : `a ${job.resourceType ?? "resource"}`} ${done ? "is complete" : `has ${state === "PARTIAL" ? "ended in part" : state.toLowerCase()}`}${!done && job.statusMessage ? `: ${job.statusMessage.replace(/^"|"$/g, "")}` : ""}`,
      severity: done ? "info" : matchesName(config.critical, of) ? "critical" : "warning",
      affected: [of],
      facts: {
        job: id,
        state,
        vault,
        to: job.destinationBackupVaultArn && nameIn(job.destinationBackupVaultArn),
        resource: job.resourceType,
        "AWS Backup says": job.statusMessage,
      },
      link: id && consolePage(region)`backup/home?region=${region}#/jobs/${kind}/details/${id}`,
      // A later job of the same resource that completes ends it.
      key: `backup/${region}/${kind}/${of ?? id ?? "unknown"}`,
      closes: done,
      quiet: done,
    });
  },
});
