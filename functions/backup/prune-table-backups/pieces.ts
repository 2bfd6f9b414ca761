/** Backups of tables as pieces of their sets: each is one by itself. */
import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import type { Piece } from "../sparing.ts";
import { slotInName } from "../table-backups/backup-name.ts";

const stateOf = ({ BackupStatus }: BackupSummary): Piece["state"] =>
  BackupStatus === "AVAILABLE" ? "complete" : "making";

export const piecesOfTables = (backups: readonly BackupSummary[]): Piece[] =>
  backups.flatMap((backup) => {
    const { TableName: about = "", TableId = about, BackupArn: id = "" } = backup;
    const slot = slotInName(backup.BackupName);
    if (!slot || backup.BackupStatus === "DELETED") return [];
    const set = { about, slot };
    return [{ id, set, resource: TableId, state: stateOf(backup), size: 1, action: "untagged" }];
  });
