/** One backup of a table, from its making until it can be restored. */
import {
  createBackup,
  deleteBackup,
  describeBackup,
  listBackups,
} from "../../../aws/dynamodb/backup.ts";
import { flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import type { SetName } from "../backup-set.ts";
import type { Keep } from "../retention.ts";
import { backupName } from "./backup-name.ts";

/** What is to be made. */
export interface BackUpTable extends SetName {
  readonly keep: Keep;
}

export const backUpTable = flow({
  id: "back-up-table",
  reads: [describeBackup, listBackups],
  writes: [createBackup],
  longest: hours(26),

  async carry({ about, slot }: BackUpTable, { write, until }) {
    const input = { TableName: about, BackupName: backupName(slot) };
    const { BackupDetails } = await write(createBackup(input));
    const { BackupArn = "", BackupName = "" } = BackupDetails ?? {};
    const state = await until(
      "the backup can be restored",
      async (read) => {
        const answer = await read(describeBackup({ BackupArn }));
        const now = answer?.BackupDescription?.BackupDetails?.BackupStatus ?? "gone";
        return now === "CREATING" ? undefined : now;
      },
      { every: minutes(5), atMost: hours(24) },
    );
    if (state !== "AVAILABLE") throw new Error(`the backup ${BackupArn} is ${state}`);
    return { BackupArn, BackupName };
  },

  inverse: [deleteBackup, (_, { BackupArn }) => ({ BackupArn })],
});
