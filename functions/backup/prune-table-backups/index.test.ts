import { DeleteBackupCommand, DynamoDBClient, ListBackupsCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Remembered } from "../../../sdk/automation.ts";
import { open } from "../../../test/setup/delivery.ts";
import { setId } from "../backup-set.ts";
import { standingsOf } from "../sparing.ts";
import { backupName, slotInName } from "../table-backups/backup-name.ts";
import { makeTable } from "../table-backups/fixture.ts";
import { seedTableBackup } from "./fixture.ts";
import unit from "./index.ts";
import { piecesOfTables } from "./pieces.ts";

const keep = { hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 };
const now = new Date("2026-11-21T04:50:00Z");

interface KnownBackup {
  readonly slot: string;
  readonly TableId?: string;
  readonly BackupStatus?: "AVAILABLE" | "CREATING";
  /** Whether the ledger has it, and under which ARN. */
  readonly recorded?: string;
}

/** @returns slots of what is spare, and in brackets those of which nobody knows whose they are */
async function spareOf(backups: readonly KnownBackup[]): Promise<string[]> {
  const arnOfSlot = (slot: string) => `arn-${slot}`;
  const summaries = backups.map(
    ({ slot, TableId = "t-1", BackupStatus = "AVAILABLE" as const }) => ({
      TableName: "orders",
      TableId,
      BackupArn: arnOfSlot(slot),
      BackupName: `${backupName(slot)}_0a`,
      BackupStatus,
    }),
  );
  const remembered = async ({ target }: { readonly target: string }) => {
    const known = backups.find(({ slot }) => setId({ about: "orders", slot }) === target);
    if (!known || known.recorded === "") return undefined;
    return {
      unit: "table-backups",
      action: "a",
      run: "r",
      at: now,
      call: { operation: "any", input: { keep } },
      output: { BackupArn: known.recorded ?? arnOfSlot(known.slot) },
      before: null,
    } satisfies Remembered;
  };
  const when = { maker: "table-backups", pruner: unit.id, atLeast: 1, now, remembered };
  const standings = await standingsOf(piecesOfTables(summaries), when);
  return [...standings].map(([id, { spare }]) => (spare === undefined ? `(${id})` : id)).sort();
}

describe("what is spare", () => {
  test.each<[what: string, backups: readonly KnownBackup[], spare: readonly string[]]>([
    ["nothing of the only one", [{ slot: "2026-11-21" }], []],
    [
      "what the retention of the newest no longer asks for",
      [{ slot: "2026-11-20" }, { slot: "2026-11-21" }],
      ["arn-2026-11-20"],
    ],
    [
      "nothing where the newest is still being made",
      [{ slot: "2026-11-20" }, { slot: "2026-11-21", BackupStatus: "CREATING" }],
      [],
    ],
    [
      "nothing where the newest is ours by its name alone",
      [{ slot: "2026-11-20" }, { slot: "2026-11-21", recorded: "" }],
      [],
    ],
    [
      "not what somebody gave the name of one that the ledger knows",
      [{ slot: "2026-11-20", recorded: "arn-of-another" }, { slot: "2026-11-21" }],
      [],
    ],
    [
      "not the last one of a table that was deleted and made anew under its name",
      [{ slot: "2026-11-20", TableId: "t-0" }, { slot: "2026-11-21" }],
      [],
    ],
  ])("%s", async (_, backups, spare) => expect(await spareOf(backups)).toEqual(spare));
});

async function opened(nights: readonly string[], mode: "act" | "ask" = "act") {
  const arns: string[] = [];
  const delivery = await open(
    unit,
    async (aws, store) => {
      await makeTable(aws, "orders", {});
      for (const slot of nights)
        arns.push(await seedTableBackup({ aws, store }, { table: "orders", slot }));
    },
    { mode, config: { atLeast: 2 } },
    true,
  );
  onTestFinished(() => delivery.close());
  const client = delivery.aws.client(DynamoDBClient);
  const slots = async () => {
    const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({}));
    return BackupSummaries.map(({ BackupName }) => slotInName(BackupName)).sort();
  };
  return { delivery, arns, client, slots };
}

const nights = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"];

test("what cannot be undone asks first, and shows what would go and what stays", async () => {
  const { delivery, slots } = await opened(nights);
  const run = await delivery.deliver();
  expect(run.outcome).toBe("waiting");
  expect(run.actions.map(({ because }) => because)).toEqual(
    Array(run.actions.length).fill(
      expect.stringMatching(
        /^the retention \(daily=2 monthly=2, at least 2\) no longer asks for it; 3 sets of orders stay, the newest of 2026-11-21$/,
      ),
    ),
  );
  expect(await slots()).toEqual(nights);
});

test("a listing that fails deletes nothing", async () => {
  const { delivery, slots } = await opened(nights);
  delivery.proxy.fault(({ operation }) => operation === "ListBackups", "denied");
  const host = delivery.host({ irreversible: "act" });
  await expect(delivery.deliver({ host })).rejects.toThrow();
  expect(await slots()).toEqual(nights);
});

test("the newest was deleted by hand: the one before is then the last good one, and stays", async () => {
  const { delivery, arns, client, slots } = await opened(nights.slice(2));
  await client.send(new DeleteBackupCommand({ BackupArn: arns.at(-1) }));
  await delivery.deliver({ host: delivery.host({ irreversible: "act" }) });
  expect(await slots()).toEqual(["2026-11-19", "2026-11-20"]);
});

test.each([{ atLeast: 0 }, { atleast: 3 }, { mostADay: 0 }])("config %o is refused", (config) =>
  expect(unit.config.safeParse(config).success).toBe(false),
);
