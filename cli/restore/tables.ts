/** Tables of DynamoDB. */
import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import { listBackups } from "../../aws/dynamodb/backup.ts";
import { restoreTableFromBackup, restoreTableToPointInTime } from "../../aws/dynamodb/restore.ts";
import { describeContinuousBackups, describeTable } from "../../aws/dynamodb/table.ts";
import { knownPrice, priceSource } from "../../aws/pricing/prices.ts";
import { reader } from "../../engine/run/reader.ts";
import { tableDriller } from "../../functions/backup/drilled.ts";
import { slotInName } from "../../functions/backup/table-backups/backup-name.ts";
import { UsageError } from "../../sdk/errors.ts";
import { dollars } from "../../sdk/money.ts";
import { priceUnknown } from "../../sdk/saving.ts";
import type { RestorePlace } from "./place.ts";
import {
  assertFree,
  assertUsable,
  notDrilled,
  pointInTime,
  type Restorable,
  type RestorePlan,
  type RestorePoint,
  type RestoreStep,
  type RestoreWish,
  stampOf,
} from "./point.ts";
import { drillProof } from "./proof.ts";

const reads = [listBackups, describeContinuousBackups, describeTable] as const;

function refusalOf({ BackupStatus, BackupType }: BackupSummary): string | undefined {
  if (BackupType === "AWS_BACKUP") return "AWS Backup keeps it: it is restored there";
  return BackupStatus === "AVAILABLE" ? undefined : `its state is ${BackupStatus ?? "unknown"}`;
}

const lastPart = (arn: string): string => arn.split("/").at(-1) ?? arn;

async function pointOfBackup(place: RestorePlace, backup: BackupSummary): Promise<RestorePoint> {
  const {
    TableName: about = "",
    BackupArn = "",
    BackupName = "",
    BackupCreationDateTime,
    BackupSizeBytes = 0,
  } = backup;
  const slot = slotInName(BackupName);
  const refusal = refusalOf(backup);
  return {
    id: lastPart(BackupArn),
    at: BackupCreationDateTime ?? new Date(0),
    what: slot === undefined ? `backup ${BackupName}` : `backup by a name of ours, slot ${slot}`,
    makes: `a table, ${(BackupSizeBytes / 1e9).toFixed(1)} GB`,
    proof: slot === undefined ? notDrilled : await drillProof(place, tableDriller, { about, slot }),
    ...(refusal !== undefined && { refusal }),
  };
}

function newNameOf(table: string, at: Date, asked: string | undefined): string {
  const made = asked ?? `${table.slice(0, 220)}-restored-${stampOf(at)}`;
  if (/^[\w.-]{3,255}$/.test(made)) return made;
  throw new UsageError(
    `--name ${made} is not one of DynamoDB: 3 to 255 letters, digits, and _ . -`,
  );
}

/** @param arn of the backup that the point names; nothing for a window */
function stepOf(
  table: string,
  into: string,
  wish: RestoreWish,
  arn: string | undefined,
): RestoreStep {
  const made = () => into;
  if (wish.time) {
    const write = restoreTableToPointInTime;
    const call = write({
      SourceTableName: table,
      TargetTableName: into,
      RestoreDateTime: wish.time,
    });
    return {
      words: `the table ${into}, as ${table} was at ${wish.time.toISOString()}`,
      write,
      call,
      made,
    };
  }
  const write = restoreTableFromBackup;
  const call = write({ BackupArn: arn, TargetTableName: into });
  return { words: `the table ${into}, of ${wish.point.id}`, write, call, made };
}

const lacking =
  "a restored table lacks its auto scaling, tags, stream, time to live, point-in-time recovery, alarms and policies: set them before it is used";

/** @param backup nothing for a time within a window, of which nobody knows how large the table was */
function costText(backup: BackupSummary | undefined, region: string): string {
  const price = knownPrice(region, "dynamodb:restore");
  if (price === undefined) return priceUnknown;
  const source = priceSource(region, "dynamodb");
  const bytes = backup?.BackupSizeBytes;
  if (bytes === undefined)
    return `$${price} for each gigabyte that is restored, by ${source}; how many they are is not known`;
  return `${dollars((bytes / 1e9) * price)} once, by ${source}, and what storing it costs`;
}

/** @param table its name */
export async function restorableTable(place: RestorePlace, table: string): Promise<Restorable> {
  const read = reader(reads, place.clients, place.region);
  const backups = await Array.fromAsync(read(listBackups({ TableName: table, BackupType: "ALL" })));
  const continuous = await read(describeContinuousBackups({ TableName: table }));
  const { EarliestRestorableDateTime: at, LatestRestorableDateTime: until } =
    continuous?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
  const window = at && until ? [pointInTime(at, until, "table")] : [];
  return {
    points: [
      ...(await Promise.all(backups.map((backup) => pointOfBackup(place, backup)))),
      ...window,
    ],
    async plan(wish): Promise<RestorePlan> {
      assertUsable(wish.point);
      const into = newNameOf(table, wish.time ?? wish.point.at, wish.name);
      const taken = await read(describeTable({ TableName: into }));
      assertFree("table", into, taken ? [taken] : []);
      const arn = backups
        .map(({ BackupArn = "" }) => BackupArn)
        .find((each) => lastPart(each) === wish.point.id);
      const where = `--region ${place.region} --table-name`;
      return {
        point: wish.point,
        steps: [stepOf(table, into, wish, arn)],
        cost: costText(
          backups.find(({ BackupArn }) => BackupArn === arn),
          place.region,
        ),
        notes: [lacking],
        switching: () => ({
          next: [`aws dynamodb wait table-exists ${where} ${into}`],
          back: [],
          remove: [`aws dynamodb delete-table ${where} ${into}`],
        }),
      };
    },
  };
}
