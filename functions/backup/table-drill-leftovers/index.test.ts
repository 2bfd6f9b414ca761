import { DynamoDBClient, ListTablesCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { actionInName, throwAwayTable } from "../../../aws/dynamodb/throw-away.ts";
import { run } from "../../../engine/run/run.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { hostOf, testSettings } from "../../../testing/host.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { seedTable } from "../table-drill/fixture.ts";
import drill from "../table-drill/index.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T12:00:00Z");
const TableName = throwAwayTable("table-drill.20261121T034000.00000000.0123456789");
const table: TableDescription = {
  TableName,
  TableStatus: "ACTIVE",
  CreationDateTime: new Date("2026-11-21T03:40:00Z"),
};
const found = { table, isOurs: true, isOver: true };

describe("what is proposed", () => {
  test("a table that a drill made, which is over", () =>
    expect(proposeFor(unit, found, { now })).toMatchObject({
      because: "a drill made it and left it",
      call: { operation: "dynamodb:DeleteTable", input: { TableName } },
    }));
  test.each<[what: string, given: typeof found]>([
    ["of a drill that is at work", { ...found, isOver: false }],
    [
      "that is younger than a drill takes",
      { ...found, table: { ...table, CreationDateTime: now } },
    ],
    ["that DynamoDB still makes", { ...found, table: { ...table, TableStatus: "CREATING" } }],
    ["that is deleted already", { ...found, table: { ...table, TableStatus: "DELETING" } }],
  ])("nothing of one %s", (_, given) => expect(proposeFor(unit, given, { now })).toBeUndefined());
  test("one that the ledger does not know is held, and it says why", () =>
    expect(unit.target({ ...found, isOurs: false }).managed).toMatch(/the ledger does not/));
});

test.each([{ hours: -1 }, { hours: 169 }, { hour: 1 }])("config %o is refused", (given) =>
  expect(unit.config.safeParse(given).success).toBe(false),
);

const tablesOf = async ({ aws }: TestDelivery) => {
  const { TableNames = [] } = await aws.client(DynamoDBClient).send(new ListTablesCommand({}));
  return TableNames;
};

test("a drill that may not delete while DynamoDB makes the table leaves it, and it is deleted by name and ledger", async () => {
  const drilling = await open(
    drill,
    (aws, store) => seedTable({ aws, store }, { name: "orders", slots: ["2026-11-20"] }),
    {},
    true,
  );
  onTestFinished(() => drilling.close());
  drilling.proxy.fault(
    ({ operation }) => operation === "DeleteTable",
    "refused:ResourceInUseException",
  );
  await drilling.ended(await drilling.deliver());
  expect((await tablesOf(drilling)).filter((name) => actionInName(name))).toHaveLength(1);
  drilling.proxy.reset();

  const settings = testSettings(drilling.aws, unit, {
    mode: "act",
    irreversible: "act",
    config: { hours: 1 },
  });
  const clock = drilling.host().clock;
  await drilling.later({ seconds: 7200 });
  const host = hostOf(drilling.aws, settings, { clock, endpoint: drilling.proxy.endpoint });
  const swept = await run(
    unit,
    { ...drilling.start, key: "sweep" },
    { ...host, deadline: new Date(clock.now().getTime() + 900_000) },
  );
  expect(swept.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await tablesOf(drilling)).toEqual(["orders"]);
});
