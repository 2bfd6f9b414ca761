import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { throwAwayTable } from "../../../aws/dynamodb/throw-away.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import {
  leftoverAction,
  leftoverNames,
  leftoversOwed,
  seedLeftovers,
} from "../drill-leftovers/fixture.ts";
import { makeTable } from "../table-backups/fixture.ts";

const unit = "table-drill";

export const fixture: AutomationFixture = {
  ...leftoversOwed,
  async seed(aws, store) {
    const kind = { unit, flow: "flow:drill-table", call: "dynamodb:RestoreTableFromBackup" };
    await seedLeftovers({ aws, store }, kind, async ({ action, tags }) => {
      const TableName = throwAwayTable(action);
      await makeTable(aws, TableName, tags);
      return { TableDescription: { TableName } };
    });
    await makeTable(aws, "orders", {});
  },
  async look(aws) {
    const { TableNames = [] } = await aws.client(DynamoDBClient).send(new ListTablesCommand({}));
    const here = (name: string) => (TableNames.includes(name) ? "here" : "gone");
    const left = leftoverNames.map((name) => [
      name,
      here(throwAwayTable(leftoverAction(aws.region, unit, name))),
    ]);
    return { ...Object.fromEntries(left), orders: here("orders") };
  },
};
