/**
 * Deletes backups of `table-backups` that their retention no longer asks for, as `prune-backups`
 * does for volumes. DynamoDB gives a backup no tags: its name and the ledger must both say that it is
 * ours. The newest good one of each table stays, also of one that was deleted.
 */
import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import { deleteBackup, listBackups } from "../../../aws/dynamodb/backup.ts";
import { automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { pruningPlan, type Sparing, standingsOf } from "../sparing.ts";
import { slotInName } from "../table-backups/backup-name.ts";
import { piecesOfTables } from "./pieces.ts";

const maker = "table-backups";
const pruner = "prune-table-backups";

const reads = [listBackups] as const;

interface Found {
  readonly backup: BackupSummary;
  readonly standing: Sparing;
}

/** So many lists a second are answered. */
const listsTogether = 5;

/** `arn:…:table/orders/backup/01…`: the table's name; nothing where it is another ARN. */
const tableIn = (arn: string): string[] => {
  const [, name] = /:table\/([^/]+)\/backup\//.exec(arn) ?? [];
  return name === undefined ? [] : [name];
};

/** Whether one is spare only all of the same table say. */
async function concernedBackups(
  read: Reader<typeof reads>,
  only: readonly string[] | undefined,
): Promise<BackupSummary[]> {
  const BackupType = "USER";
  if (!only) return Array.fromAsync(read(listBackups({ BackupType })));
  const names = new Set(only.flatMap(tableIn));
  const lists = await concurrently(
    names,
    (TableName) => Array.fromAsync(read(listBackups({ TableName, BackupType }))),
    { concurrency: listsTogether },
  );
  return lists.flat();
}

export default automation({
  id: pruner,
  family: "backup",
  summary: "Deletes backups of tables that their retention no longer asks for",
  on: [sweep("cron(50 4 * * ? *)", { window: minutes(30) })],
  config: pruningPlan,
  remembers: [maker, pruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  reads,
  writes: [deleteBackup],

  async *find({ read, only, config: { atLeast }, now, remembered }) {
    const all = await concernedBackups(read, only);
    const when = { maker, pruner, atLeast, now, remembered };
    const standings = await standingsOf(piecesOfTables(all), when);
    for (const backup of all) {
      const { BackupArn = "", BackupStatus } = backup;
      if (BackupStatus === "DELETED" || slotInName(backup.BackupName) === undefined) continue;
      if (only && !only.includes(BackupArn)) continue;
      yield { backup, standing: standings.get(BackupArn) ?? {} } satisfies Found;
    }
  },

  target: ({ backup: { BackupArn, TableName }, standing }) => ({
    id: BackupArn,
    tags: { untaggable: "DynamoDB's own backups have no tags" },
    managed: standing.unknown,
    within: { id: TableName, tags: {} },
  }),

  name: ({ backup: { TableName, BackupName } }) => `${TableName}, ${slotInName(BackupName)}`,

  state: ({ backup }) => ({
    BackupName: backup.BackupName,
    TableName: backup.TableName,
    BackupSizeBytes: backup.BackupSizeBytes,
    BackupCreationDateTime: backup.BackupCreationDateTime,
  }),
  becomes: () => null,

  propose({ backup: { BackupArn }, standing: { spare, unknown } }) {
    const because = spare ?? unknown;
    if (!BackupArn || because === undefined) return;
    return { because, call: deleteBackup({ BackupArn }) };
  },
});
