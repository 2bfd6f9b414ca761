/**
 * Deletes tables that a drill has made and left: because it was stopped while DynamoDB still made
 * them, was denied its own clean-up, or died. Only what bears a drill's name *and* what the ledger says
 * a drill has made: a name alone deletes nothing. What a drill is still at is left to it.
 */
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { describeTable, listTables, listTagsOfResource } from "../../../aws/dynamodb/table.ts";
import { actionInName, throwAwayTableRemoval } from "../../../aws/dynamodb/throw-away.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import {
  leftoverConfig as config,
  isLeftBehind,
  type LeftoverStanding,
  leftBehind,
  notMadeByDrill,
  standingOfLeftover,
} from "../drill-leftover.ts";

const driller = "table-drill";
const remove = throwAwayTableRemoval();
const reads = [listTables, describeTable, listTagsOfResource] as const;

interface Found extends LeftoverStanding {
  readonly table: TableDescription;
}

/** `table-drill.….0123456789` without its last part: an action's id begins with its run's. */
const runOf = (action: string): string => action.slice(0, action.lastIndexOf("."));

async function tablesOf(
  read: Reader<typeof reads>,
  only: readonly string[] | undefined,
): Promise<TableDescription[]> {
  const names = only ?? (await Array.fromAsync(read(listTables({}))));
  const tables: TableDescription[] = [];
  for (const TableName of names.filter((name) => actionInName(name))) {
    const answer = await read(describeTable({ TableName }));
    if (answer?.Table) tables.push(answer.Table);
  }
  return tables;
}

export default automation({
  id: "table-drill-leftovers",
  family: "backup",
  summary: "Deletes tables that restore drills made and left, by name and ledger",
  on: [sweep("cron(55 * * * ? *)", { window: minutes(10) })],
  config,
  remembers: [driller],
  caps: () => ({ changes: 50, percent: 100 }),
  reads,
  writes: [remove],

  async *find(search) {
    for (const table of await tablesOf(search.read, search.only)) {
      const { TableName = "" } = table;
      const action = actionInName(TableName) ?? "";
      const asked = { unit: driller, run: runOf(action), action };
      const standing = await standingOfLeftover(asked, TableName, search);
      yield { table, ...standing } satisfies Found;
    }
  },

  target: ({ table: { TableName }, ...standing }) => ({
    id: TableName,
    tags: undefined,
    ...notMadeByDrill(standing, "name"),
  }),
  tags: async ({ table: { TableArn: ResourceArn } }, { read }) =>
    Array.fromAsync(read(listTagsOfResource({ ResourceArn }))),
  state: ({ table: { TableStatus, KeySchema, RestoreSummary } }) => ({
    TableStatus,
    KeySchema,
    from: RestoreSummary?.SourceBackupArn,
  }),
  becomes: () => null,

  propose({ table, ...standing }, looking) {
    const { TableName, TableStatus, CreationDateTime } = table;
    if (!TableName || !isLeftBehind(standing, CreationDateTime, looking)) return;
    // One that is still being made can only be waited for; one that is deleted already is gone soon.
    if (TableStatus === "CREATING" || TableStatus === "DELETING") return;
    return { because: leftBehind, call: remove({ TableName }) };
  },
});
