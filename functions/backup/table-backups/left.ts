/** Which tables have backups of ours and are no longer backed up, and which names nothing answers to. */
import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import { leaversOf, leaversTold, type PlanHistory, unmatchedTold } from "../left-plan.ts";
import { slotInName } from "./backup-name.ts";
import { isSelectedTable, type LookingForTables, type ProtectedTable } from "./protected.ts";

export interface TablesLookedAt {
  /** Its `only` are all tables that there are. */
  readonly looking: LookingForTables;
  readonly tables: readonly ProtectedTable[];
  /** All that are there, of whatever slot. */
  readonly backups: readonly BackupSummary[];
  readonly history: PlanHistory;
}

/** @returns what to tell of them */
export async function tablesTold({
  looking,
  tables,
  backups,
  history,
}: TablesLookedAt): Promise<string[]> {
  const sets = backups.flatMap(({ TableName: about, BackupName }) => {
    const slot = slotInName(BackupName);
    return about && slot ? [{ about, slot }] : [];
  });
  const selected = new Set(tables.map(({ about }) => about));
  const here = new Set(looking.only);
  const left = await leaversOf(sets, (about) => selected.has(about), history);
  const leavers = [];
  for (const each of left)
    if (!here.has(each.about) || !(await isSelectedTable(looking, each.about))) leavers.push(each);
  const { tag, tables: named } = looking.chosen;
  const remedy = `To have it back: the tag ${tag}, or its name in the settings.`;
  const missing = named.filter((name) => !here.has(name));
  return [
    ...leaversTold(leavers, (about) => here.has(about), remedy),
    ...unmatchedTold("tables", missing, looking),
  ];
}
