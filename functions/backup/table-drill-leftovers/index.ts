/**
 * Deletes tables that a drill has made and left: because it was stopped while DynamoDB still made
 * them, was denied its own clean-up, or died. Only what bears a drill's name *and* what the ledger says
 * a drill has made: a name alone deletes nothing. What a drill is still at is left to it.
 */
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { describeTable, listTables, listTagsOfResource } from "../../../aws/dynamodb/table.ts";
import { actionInName, throwAwayTableRemoval } from "../../../aws/dynamodb/throw-away.ts";
import { automation } from "../../../sdk/automation.ts";
import { before, hours, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";

const driller = "table-drill";
const remove = throwAwayTableRemoval();
const reads = [listTables, describeTable, listTagsOfResource] as const;

interface Found {
  readonly table: TableDescription;
  /** Whether the ledger says that a drill has made it. */
  readonly isOurs: boolean;
  /** Whether that drill is over. */
  readonly isOver: boolean;
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
  config: z.strictObject({
    hours: z
      ._default(z.int().check(z.gte(0), z.lte(168)), 6)
      .check(z.describe("How old it must be: what is younger is left to its drill.")),
  }),
  remembers: [driller],
  caps: () => ({ changes: 50, percent: 100 }),
  reads,
  writes: [remove],

  async *find({ read, only, madeBy }) {
    for (const table of await tablesOf(read, only)) {
      const { TableName = "" } = table;
      const action = actionInName(TableName) ?? "";
      const maker = await madeBy({ unit: driller, run: runOf(action), action }, TableName);
      yield { table, isOurs: maker !== undefined, isOver: maker?.isOver ?? false } satisfies Found;
    }
  },

  target: ({ table: { TableName }, isOurs }) => ({
    id: TableName,
    tags: undefined,
    ...(!isOurs && {
      managed: "nobody: its name says that a drill made it, and the ledger does not",
    }),
  }),
  tags: async ({ table: { TableArn: ResourceArn } }, { read }) =>
    Array.fromAsync(read(listTagsOfResource({ ResourceArn }))),
  state: ({ table: { TableStatus, KeySchema, RestoreSummary } }) => ({
    TableStatus,
    KeySchema,
    from: RestoreSummary?.SourceBackupArn,
  }),
  becomes: () => null,

  propose({ table, isOurs, isOver }, { config, now }) {
    const { TableName, TableStatus, CreationDateTime } = table;
    if (!TableName || !CreationDateTime) return;
    if (CreationDateTime > before(now, hours(config.hours))) return;
    // One that is still being made can only be waited for; one that is deleted already is gone soon.
    if (TableStatus === "CREATING" || TableStatus === "DELETING") return;
    if (isOurs && !isOver) return;
    return { because: "a drill made it and left it", call: remove({ TableName }) };
  },
});
