import {
  type AttributeValue,
  DynamoDBClient,
  ListBackupsCommand,
  ListTablesCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type ActionRecord, actionById, putAction } from "../../../ledger/actions.ts";
import { keys } from "../../../ledger/keys.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange, lastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { setId } from "../backup-set.ts";
import { recordedDrill } from "../drilled.ts";
import { seedTableBackup } from "../prune-table-backups/fixture.ts";
import { makeTable } from "../table-backups/fixture.ts";

const driller = "table-drill";

interface SeededTable {
  readonly name: string;
  readonly slots: readonly string[];
  readonly items?: number;
  /** Whether the ledger knows of its backups. */
  readonly recorded?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

interface TestPlace {
  readonly aws: TestAccount;
  readonly store: Store;
}

export async function putItems(aws: TestAccount, TableName: string, number: number): Promise<void> {
  for (let nth = 0; nth < number; nth += 1) {
    const Item: Record<string, AttributeValue> = { id: { S: `item-${nth}` }, n: { N: "1" } };
    await aws.client(DynamoDBClient).send(new PutItemCommand({ TableName, Item }));
  }
}

/** @returns the ARNs of its backups, in the order of the slots */
export async function seedTable(
  { aws, store }: TestPlace,
  { name, slots, items = 3, recorded = true, tags = {} }: SeededTable,
): Promise<string[]> {
  await makeTable(aws, name, tags);
  await putItems(aws, name, items);
  const arns: string[] = [];
  for (const slot of slots)
    arns.push(await seedTableBackup({ aws, store }, { table: name, slot, recorded }));
  return arns;
}

/** What a drill of it some days ago has left in the ledger. */
export async function tableDrilledBefore(
  { aws, store }: TestPlace,
  table: string,
  slot: string,
): Promise<void> {
  const region = Buffer.from(aws.region).toString("hex").slice(0, 8);
  const run = `${driller}.20261121T034000.${region}`;
  const record: ActionRecord = {
    unit: driller,
    account: aws.account,
    region: aws.region,
    target: setId({ about: table, slot }),
    within: table,
    id: `${run}.0123456789`,
    run,
    at: new Date(`${slot}T03:50:00Z`),
    because: "it was never restored",
    digest: "seeded",
    call: { operation: "flow:drill-table", input: { about: table, slot } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, drilled: "never" },
    outcome: "applied",
    output: {
      at: new Date(`${slot}T03:50:00Z`),
      result: "good",
      seconds: 600,
      checked: "counted",
      table: "nightshift-drill.gone",
    },
    verified: true,
    held: null,
    error: null,
  };
  await store.transact([putAction("unit", record), asLastChange("unit", record)]);
}

/** What the ledger says of the last drill of it: all else that a drill makes is gone again. */
async function drillOf({ aws, store }: TestPlace, table: string, slot: string): Promise<string> {
  const { account, region } = aws;
  const asked = { unit: driller, account, region, target: setId({ about: table, slot }) };
  const change = await lastChange(store, asked);
  if (!change || (await store.get(keys.undone(driller, change.action)))) return "never";
  const { run, action: id } = change;
  const record = await actionById(store, "unit", { unit: driller, run, id });
  const read = recordedDrill.safeParse(record);
  return read.success ? `drilled: ${read.data.output.result}` : "not done";
}

const seeded: readonly SeededTable[] = [
  { name: "orders", slots: ["2026-11-19", "2026-11-20"] },
  { name: "carts", slots: ["2026-11-20"], recorded: false },
  { name: "drilled", slots: ["2026-11-18"] },
];

const listsForNobody = (role: "flow" | "undo") => ({
  role,
  action: "dynamodb:ListTables",
  why: "Whether the table of another drill is there is asked before one is begun, and not of what is looked at by name. It lists names, and changes nothing.",
});

export const fixture: AutomationFixture = {
  async seed(aws, store) {
    for (const table of seeded) await seedTable({ aws, store }, table);
    await tableDrilledBefore({ aws, store }, "drilled", "2026-11-18");
  },
  async look(aws, store) {
    if (!store) throw new Error("what a drill found out stands in the ledger alone");
    const client = aws.client(DynamoDBClient);
    const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({}));
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const backups = ({ name }: SeededTable) =>
      BackupSummaries.filter(({ TableName }) => TableName === name)
        .map(({ BackupName }) => BackupName)
        .sort();
    const words = seeded.flatMap(({ name, slots }) =>
      slots.map(async (slot) => [`${name}, ${slot}`, await drillOf({ aws, store }, name, slot)]),
    );
    return {
      ...Object.fromEntries(seeded.map((table) => [table.name, backups(table)])),
      ...Object.fromEntries(await Promise.all(words)),
      tables: TableNames.toSorted(),
    };
  },
  wrong: ["orders, 2026-11-20"],
  held: {},
  unused: [listsForNobody("flow"), listsForNobody("undo")],
};
