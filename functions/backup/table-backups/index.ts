/**
 * Takes a backup of DynamoDB tables in each slot, on demand, in the table's own region: DynamoDB's
 * backups leave neither region nor account. What is backed up says a tag or a list; of a global
 * table one replica is enough. A slot has one backup, whatever is delivered twice, and it counts
 * when it can be restored. Whether a table can be restored to a point in time is looked at and told.
 */
import type { BackupSummary, TableDescription } from "@aws-sdk/client-dynamodb";
import { listBackups } from "../../../aws/dynamodb/backup.ts";
import { describeContinuousBackups, listTables } from "../../../aws/dynamodb/table.ts";
import { automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { slotAt } from "../slot.ts";
import { backUpTable } from "./back-up.ts";
import { slotInName } from "./backup-name.ts";
import { tablePlan } from "./config.ts";
import { tablesTold } from "./left.ts";
import { type ProtectedTable, protectedTables, tableReads } from "./protected.ts";

const reads = [...tableReads, listBackups, describeContinuousBackups] as const;
type Read = Reader<typeof reads>;

interface Found extends ProtectedTable {
  readonly slot: string;
  /** What there is of this slot. */
  readonly backups: readonly BackupSummary[];
  /** Whether it can be restored to a point in time; asked only where it has no backup. */
  readonly pointInTime: boolean | undefined;
}

const tableMaker = "table-backups";

/** So many lists a second are answered. */
const listsTogether = 5;

const isAlive = ({ BackupStatus }: BackupSummary): boolean => BackupStatus !== "DELETED";

/** A table that was deleted and made anew under its name has none of the former's backups. */
const isOf =
  ({ TableId }: TableDescription) =>
  (backup: BackupSummary): boolean =>
    TableId === undefined || backup.TableId === undefined || backup.TableId === TableId;

/** By set, what bears the name of one of ours. */
function bySet(backups: readonly BackupSummary[]): ReadonlyMap<string, readonly BackupSummary[]> {
  return Map.groupBy(backups.filter(isAlive), ({ TableName: about = "", BackupName }) =>
    setId({ about, slot: slotInName(BackupName) ?? "" }),
  );
}

async function madeOf(read: Read, abouts: readonly string[]): Promise<BackupSummary[]> {
  const lists = await concurrently(
    abouts,
    (TableName) => Array.fromAsync(read(listBackups({ TableName, BackupType: "USER" }))),
    { concurrency: listsTogether },
  );
  return lists.flat();
}

/** Of all slots: what has left the plan has none of this one. */
const madeEver = (read: Read): Promise<BackupSummary[]> =>
  Array.fromAsync(read(listBackups({ BackupType: "USER" })));

async function pointInTimeOf(read: Read, TableName: string): Promise<boolean | undefined> {
  const answer = await read(describeContinuousBackups({ TableName }));
  const state = answer?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return answer && state?.PointInTimeRecoveryStatus === "ENABLED";
}

/** Of a table that is there, and cannot be backed up as it is. */
const blocked: Readonly<Record<string, string>> = {
  INACCESSIBLE_ENCRYPTION_CREDENTIALS:
    "its key, which DynamoDB cannot use (INACCESSIBLE_ENCRYPTION_CREDENTIALS): enable the key, or allow DynamoDB to use it",
  REPLICATION_NOT_AUTHORIZED:
    "its replication, which is not authorised (REPLICATION_NOT_AUTHORIZED): put its service-linked role back",
  ARCHIVING: "its archiving: DynamoDB could not use its key for a week, and keeps a last backup",
  ARCHIVED: "its archiving: DynamoDB could not use its key for a week, and keeps a last backup",
};

export default automation({
  id: tableMaker,
  family: "backup",
  summary: "Backs up DynamoDB tables in each slot, and says where no point in time can be restored",
  on: [sweep("cron(15 * * * ? *)", { window: minutes(10) })],
  config: tablePlan,
  exemptByName: true,
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [backUpTable],
  lost: ["A backup that an undo deletes is gone, and with it what only it held."],

  remembers: [tableMaker],

  async *find(search) {
    const { read, only, config: chosen, now, account, region, regions } = search;
    const asked = only?.flatMap((id) => setNameOf(id) ?? []);
    const current = slotAt(now, chosen).name;
    const abouts = asked && [...new Set(asked.map(({ about }) => about))];
    const names = abouts ?? (await Array.fromAsync(read(listTables({}))));
    const looking = { read, chosen, account, region, regions, only: names };
    const tables = await protectedTables(looking);
    const backups = await (abouts ? madeOf(read, abouts) : madeEver(read));
    const history = { unit: tableMaker, remembered: search.remembered };
    const looked = { looking, tables, backups: backups.filter(isAlive), history };
    if (!only) for (const words of await tablesTold(looked)) search.note(words);
    const made = bySet(backups);
    for (const each of tables) {
      const slots = asked?.filter(({ about }) => about === each.about) ?? [
        { about: each.about, slot: current },
      ];
      for (const { about, slot } of slots) {
        const backups = (made.get(setId({ about, slot })) ?? []).filter(isOf(each.table));
        const pointInTime = backups.length ? undefined : await pointInTimeOf(read, about);
        yield { ...each, slot, backups, pointInTime } satisfies Found;
      }
    }
  },

  target: ({ about, slot, tags, table: { TableStatus = "" } }) => ({
    id: setId({ about, slot }),
    tags: {},
    within: { id: about, tags },
    managed: blocked[TableStatus],
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, backups }) => ({
    slot,
    backups: backups.map(({ BackupName = "" }) => BackupName).sort(),
  }),

  becomes: ({ about, slot }) => ({ slot, backups: [`one of ${about}`] }),

  propose({ about, slot, table, backups, pointInTime }, { config: { keep } }) {
    // While it is being created it holds nothing; the next sweep finds it ready.
    if (backups.length || table.TableStatus === "CREATING") return;
    const noPoint =
      pointInTime === false ? "; it cannot be restored to a point in time either" : "";
    return {
      because: `it has no backup of the slot ${slot}${noPoint}`,
      call: backUpTable({ about, slot, keep: { ...keep } }),
    };
  },
});
