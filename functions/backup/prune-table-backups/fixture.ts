import { CreateBackupCommand, DynamoDBClient, ListBackupsCommand } from "@aws-sdk/client-dynamodb";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { setId } from "../backup-set.ts";
import { backupName } from "../table-backups/backup-name.ts";
import { makeTable } from "../table-backups/fixture.ts";

/** Of each region its own: the ledger has those of all regions. */
const seededIn = (region: string): string => Buffer.from(region).toString("hex").slice(0, 8);
const maker = "table-backups";
const keep = { hourly: 0, daily: 2, weekly: 0, monthly: 2, yearly: 0 };

/** By their names for people; each of a slot of its own. */
const slots: Readonly<Record<string, string>> = {
  newest: "2026-11-21",
  "the day before": "2026-11-20",
  "first of november": "2026-11-01",
  "first of october": "2026-10-01",
  "spare-1": "2026-11-10",
  "spare-2": "2026-11-11",
  "made up by its name": "2026-11-17",
};

export interface SeedTableBackup {
  readonly table: string;
  readonly slot: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
}

/** @returns its ARN */
export async function seedTableBackup(
  { aws, store }: { readonly aws: TestAccount; readonly store: Store },
  { table, slot, recorded = true }: SeedTableBackup,
): Promise<string> {
  const BackupName = `${backupName(slot)}_0a1b`;
  const { BackupDetails } = await aws
    .client(DynamoDBClient)
    .send(new CreateBackupCommand({ TableName: table, BackupName }));
  const BackupArn = BackupDetails?.BackupArn ?? "";
  const run = `${maker}.${slot.replaceAll("-", "")}T011500.${seededIn(aws.region)}`;
  const record: ActionRecord = {
    unit: maker,
    account: aws.account,
    region: aws.region,
    target: setId({ about: table, slot }),
    within: table,
    id: `${run}.0123456789`,
    run,
    at: new Date(`${slot}T01:15:00Z`),
    because: "it had none",
    digest: "seeded",
    call: { operation: "flow:back-up-table", input: { about: table, slot, keep } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, backups: [] },
    outcome: "applied",
    output: { BackupArn, BackupName },
    verified: true,
    held: null,
    error: null,
  };
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  return BackupArn;
}

export const fixture: AutomationFixture = {
  settings: { config: { atLeast: 2 }, irreversible: "act" },
  async seed(aws, store) {
    await makeTable(aws, "orders", {});
    for (const [name, slot] of Object.entries(slots)) {
      const recorded = name !== "made up by its name";
      await seedTableBackup({ aws, store }, { table: "orders", slot, recorded });
    }
    await aws
      .client(DynamoDBClient)
      .send(new CreateBackupCommand({ TableName: "orders", BackupName: "by-hand" }));
  },
  async look(aws) {
    const { BackupSummaries = [] } = await aws
      .client(DynamoDBClient)
      .send(new ListBackupsCommand({}));
    const names = new Set(BackupSummaries.map(({ BackupName }) => BackupName));
    const here = Object.entries(slots).map(([name, slot]) => [
      name,
      names.has(`${backupName(slot)}_0a1b`) ? "here" : "gone",
    ]);
    return { ...Object.fromEntries(here), "by hand": names.has("by-hand") ? "here" : "gone" };
  },
  wrong: ["spare-1", "spare-2"],
  held: { "made up by its name": "managed" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "What it pruned of a set is asked for where some of the set is missing, and these sets are of one backup each. It reads records of its own, and changes nothing.",
    },
  ],
};
