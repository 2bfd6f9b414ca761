/**
 * Tells which tables of DynamoDB are billed in the way that does not fit what they use: provisioned
 * and hardly used, or on demand and used so evenly that provisioned capacity would cost less. What was
 * used is CloudWatch's, hour by hour; what it costs is known where the prices of the region have been
 * read, and else said to be unknown. Nothing is changed: a change of mode is for people who know what
 * comes next month.
 */
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { describeScalableTargets } from "../../../aws/application-autoscaling/scalable-target.ts";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeTable, listTables } from "../../../aws/dynamodb/table.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { scaledTables, type TableUse, type UnjudgedTable, usesOf } from "./tables.ts";
import { capacityMessage } from "./told.ts";

/** Tables that are described, and measured, at a time. */
const together = 10;

export default report({
  id: "dynamodb-capacity",
  family: "cost",
  summary: "Tells which tables would cost less on demand, or with provisioned capacity",
  on: [sweep("cron(5 8 ? * 2#1 *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(14), z.lte(60)), 14)
      .check(z.describe("Over how many days it is counted what they use.")),
    dollars: z
      ._default(z.number().check(z.gte(0), z.lte(1_000_000)), 5)
      .check(z.describe("What the other way must save a month, in US dollars, to be told.")),
    percent: z
      ._default(z.number().check(z.gt(0), z.lte(100)), 15)
      .check(
        z.describe(
          "Where no price is known: tables that use less of what they are given are told.",
        ),
      ),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names of tables that are as they are to be.")),
  }),
  reads: [listTables, describeTable, describeScalableTargets, getMetricData],

  async *find({ read, now, config }): AsyncGenerator<TableUse | UnjudgedTable> {
    const { days, except } = config;
    const names = (await Array.fromAsync(read(listTables({})))).filter(
      (name) => !except.some((beginning) => name.startsWith(beginning)),
    );
    if (!names.length) return;
    const scaled = await scaledTables(read);
    for (const some of chunks(names, together)) {
      const answers = await Promise.all(
        some.map((TableName) => read(describeTable({ TableName }))),
      );
      const tables = answers.flatMap((answer): TableDescription[] => {
        const table = answer?.Table;
        return table?.TableStatus === "ACTIVE" ? [table] : [];
      });
      yield* await usesOf(tables, { read, now, days, scaled });
    }
  },

  tell: (found: readonly (TableUse | UnjudgedTable)[], here) => capacityMessage(found, here),
});
