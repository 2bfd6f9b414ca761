/** What RDS's words for the state of a database and of a snapshot mean for a backup. */

/** RDS makes a snapshot of it now. */
export const isReady = (status: string): boolean =>
  status === "available" || status === "storage-optimization";

const engines: Readonly<Record<string, string>> = { docdb: "DocumentDB", neptune: "Neptune" };

const reasons: Readonly<Record<string, string>> = {
  stopped:
    "being stopped: RDS makes no snapshot of it until it is started, which RDS does after 7 days",
  stopping: "being stopped: RDS makes no snapshot of it until it is started",
  failed: "having failed: RDS offers to restore it to a point in time",
  "storage-full": "its full storage: give it more, RDS makes no snapshot meanwhile",
  "restore-error": "its restore, which failed",
  "inaccessible-encryption-credentials":
    "its key, which RDS cannot use: enable the key; the database must then be restored from a backup",
  "inaccessible-encryption-credentials-recoverable":
    "its key, which RDS cannot use: enable the key and start the database within 7 days",
};

/** What is about it that a wait does not end: as it reads in "left alone on account of …". */
export function blockedBy(engine: string, status: string): string | undefined {
  const other = engines[engine];
  if (other)
    return `its engine: ${other} is backed up by its own service or by AWS Backup, not here`;
  if (status.startsWith("incompatible-")) return `its state ${status}: see its events in RDS`;
  return reasons[status];
}

const ended = new Set(["available", "failed", "error", "deleting", "deleted", "gone"]);

/** Whether a snapshot's making has come to its end, well or not. */
export const isMade = (status: string): boolean =>
  ended.has(status) || status.startsWith("incompatible-");
