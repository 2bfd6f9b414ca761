import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { throwAwayTable } from "../../../aws/dynamodb/throw-away.ts";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import { type Written, writtenStep } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { makeTable } from "../table-backups/fixture.ts";

const driller = "table-drill";

/** Of each region its own: the ledger has those of all regions. */
const runIn = (region: string): string =>
  `${driller}.20200101T034000.${Buffer.from(region).toString("hex").slice(0, 8)}`;

interface Leftover {
  readonly name: string;
  /** The drill's outcome; nothing where the ledger has no such drill. */
  readonly outcome?: ActionRecord["outcome"];
  /** What became of its making. */
  readonly state?: Written["state"];
  readonly tags?: Readonly<Record<string, string>>;
}

const leftovers: readonly Leftover[] = [
  { name: "of a drill that failed", outcome: "failed" },
  { name: "of a drill that was stopped", outcome: "held" },
  { name: "whose making was never answered", outcome: "failed", state: "intended" },
  { name: "of a drill at work", outcome: "begun" },
  { name: "made up by its name" },
  {
    name: "kept by somebody",
    outcome: "failed",
    tags: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  },
];

const actionOf = (run: string, nth: number): string => `${run}.${String(nth).padStart(10, "0")}`;

async function seedLeftover(
  aws: TestAccount,
  store: Store,
  { outcome, state = "done", tags = {}, nth }: Leftover & { readonly nth: number },
): Promise<void> {
  const run = runIn(aws.region);
  const action = actionOf(run, nth);
  const TableName = throwAwayTable(action);
  await makeTable(aws, TableName, tags);
  if (!outcome) return;
  const record: ActionRecord = {
    unit: driller,
    account: aws.account,
    region: aws.region,
    target: `orders@${action}`,
    within: "orders",
    id: action,
    run,
    at: new Date("2020-01-01T03:40:00Z"),
    because: "it was never restored",
    digest: "seeded",
    call: { operation: "flow:drill-table", input: {} },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: null,
    outcome,
    verified: null,
    held: null,
    error: null,
  };
  const call = { operation: "dynamodb:RestoreTableFromBackup", input: {} };
  const output = state === "intended" ? {} : { output: { TableDescription: { TableName } } };
  const written: Written = { at: new Date(0), call, state, ...output };
  await store.transact([
    putAction("unit", record),
    writtenStep({ unit: driller, run, action }, 0, written),
  ]);
}

export const fixture: AutomationFixture = {
  // What is made here is new; a drill's is left alone for hours.
  settings: { config: { hours: 0 }, irreversible: "act" },
  async seed(aws, store) {
    for (const [nth, leftover] of leftovers.entries())
      await seedLeftover(aws, store, { ...leftover, nth });
    await makeTable(aws, "orders", {});
  },
  async look(aws) {
    const { TableNames = [] } = await aws.client(DynamoDBClient).send(new ListTablesCommand({}));
    const run = runIn(aws.region);
    const here = (name: string) => (TableNames.includes(name) ? "here" : "gone");
    return {
      ...Object.fromEntries(
        leftovers.map(({ name }, nth) => [name, here(throwAwayTable(actionOf(run, nth)))]),
      ),
      orders: here("orders"),
    };
  },
  wrong: [
    "of a drill that failed",
    "of a drill that was stopped",
    "whose making was never answered",
  ],
  held: { "made up by its name": "managed", "kept by somebody": "exemption" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "A unit whose records it reads, it may also ask whether they were taken back: a drill's are not asked that. It reads, and changes nothing.",
    },
  ],
};
