/** Tables of DynamoDB: their backups on demand, and to which moment it can take them back. */
import type { BackupSummary, TableDescription } from "@aws-sdk/client-dynamodb";
import { listBackups } from "../../../aws/dynamodb/backup.ts";
import {
  describeContinuousBackups,
  describeTable,
  listTables,
  listTagsOfResource,
} from "../../../aws/dynamodb/table.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { slotInName } from "../table-backups/backup-name.ts";
import type { LookingPlace } from "./place.ts";
import type { Resource } from "./resource.ts";
import type { TableDrills } from "./table-drills.ts";

export const measuredTableReads = [
  listTables,
  describeTable,
  describeContinuousBackups,
  listTagsOfResource,
] as const;
export const tableBackupReads = [listBackups] as const;

/** By DynamoDB's own ids: another table may come to bear the same name. */
const byTable = (id: string): string => `dynamodb:${id}`;

const madeBy = ({ BackupName, BackupType }: BackupSummary): string =>
  BackupType === "AWS_BACKUP" ? "AWS Backup" : `the backup ${BackupName}`;

/** @param since older ones are not asked for */
export async function readTableBackups(
  { read, shelf }: LookingPlace<typeof tableBackupReads>,
  since: Date,
): Promise<void> {
  const asked = { BackupType: "ALL", TimeRangeLowerBound: since } as const;
  for await (const backup of read(listBackups(asked))) {
    const { TableId, BackupCreationDateTime: at, BackupStatus, BackupName } = backup;
    if (!TableId || !at || BackupStatus === "CREATING") continue;
    const slot = slotInName(BackupName);
    if (BackupStatus === "AVAILABLE" && slot) shelf.named(byTable(TableId), slot);
    if (BackupStatus === "AVAILABLE") shelf.put(byTable(TableId), { at, by: madeBy(backup) });
    else shelf.reject(byTable(TableId), { at, why: `the backup ${BackupName} is ${BackupStatus}` });
  }
}

const passingStates = new Set(["CREATING", "DELETING", "ARCHIVING", "ARCHIVED"]);

/** Where tables are looked at, and what drills of theirs found out. */
export interface TablePlace extends LookingPlace<typeof measuredTableReads> {
  readonly drills: TableDrills;
}

async function asTable(table: TableDescription, place: TablePlace): Promise<Resource> {
  const { read, shelf, region, drills } = place;
  const { TableArn: arn = "", TableName: id = "", TableId = id } = table;
  const { CreationDateTime: created, TableStatus = "" } = table;
  const [continuous, tags] = await Promise.all([
    read(describeContinuousBackups({ TableName: id })),
    Array.fromAsync(read(listTagsOfResource({ ResourceArn: arn }))),
  ]);
  const pitr = continuous?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { PointInTimeRecoveryStatus, LatestRestorableDateTime: at } = pitr ?? {};
  const key = byTable(TableId);
  if (PointInTimeRecoveryStatus === "ENABLED" && at) shelf.put(key, { at, by: "point in time" });
  const { newest, useless } = shelf.of(arn, created);
  if (newest) shelf.put(key, newest);
  if (useless) shelf.reject(key, useless);
  return {
    kind: "table",
    ...{ arn, id, region, created, tags },
    name: id,
    passing: passingStates.has(TableStatus) ? `it is ${TableStatus.toLowerCase()}` : undefined,
    apart: undefined,
    unread: [],
    part: undefined,
    ...shelf.of(key),
    drilled: await drills.of(id, shelf.slotsOf(key)),
  };
}

/** Each is asked three times, and ten such requests a second are answered. */
const together = 5;

export async function tablesIn(place: TablePlace): Promise<Resource[]> {
  const names = await Array.fromAsync(place.read(listTables({})));
  const found = await concurrently(
    names,
    async (TableName): Promise<Resource[]> => {
      const answer = await place.read(describeTable({ TableName }));
      // It was deleted meanwhile.
      return answer?.Table ? [await asTable(answer.Table, place)] : [];
    },
    { concurrency: together },
  );
  return found.flat();
}
