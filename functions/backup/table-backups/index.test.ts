import {
  type BackupSummary,
  DeleteBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  type TableDescription,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { backUpTable } from "./back-up.ts";
import { backupName, slotInName } from "./backup-name.ts";
import { makeTable, weekly } from "./fixture.ts";
import unit from "./index.ts";
import { protectedTables } from "./protected.ts";

const keep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };
const found = {
  about: "orders",
  tags: [],
  table: { TableName: "orders", TableStatus: "ACTIVE" } as TableDescription,
  slot: "2026-11-21",
  backups: [] as BackupSummary[],
  pointInTime: true as boolean | undefined,
};

describe("what is proposed", () => {
  const call = backUpTable({ about: "orders", slot: "2026-11-21", keep });
  test("a backup, where the slot has none", () =>
    expect(proposeFor(unit, found)).toEqual({
      because: "it has no backup of the slot 2026-11-21",
      call,
    }));
  test("and it is said where no point in time can be restored", () =>
    expect(proposeFor(unit, { ...found, pointInTime: false })).toEqual({
      because:
        "it has no backup of the slot 2026-11-21; it cannot be restored to a point in time either",
      call,
    }));
  test.each<[what: string, other: Partial<typeof found>]>([
    ["where one is being made", { backups: [{ BackupStatus: "CREATING" }] }],
    ["where one is there", { backups: [{ BackupStatus: "AVAILABLE" }] }],
    ["for a table that is being created", { table: { TableStatus: "CREATING" } }],
  ])("nothing %s", (_, other) => expect(proposeFor(unit, { ...found, ...other })).toBeUndefined());
  test.each(["INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVED"] as const)(
    "what cannot be backed up (%s) is held, and says what stops it",
    (TableStatus) =>
      expect(unit.target({ ...found, table: { TableStatus } }).managed).toMatch(/key/),
  );
});

describe("names say whose a backup is, and of which slot", () => {
  test.each(["2026-11-21", "2026-11-21T05"])("%s is read back", (slot) =>
    expect(slotInName(`${backupName(slot)}_0a1b`)).toBe(slot),
  );
  test.each([
    "nightshift_2026-11-21",
    "nightshift_yesterday_0a",
    "other_2026-11-21_0a",
    "nightshift_2026-11-21_0a_b",
    "",
    undefined,
  ])("%s is none of ours", (name) => expect(slotInName(name)).toBeUndefined());
});

test.each<[what: string, config: object]>([
  ["a name that no table has", { tables: ["a b"] }],
  ["an ARN in place of a name", { tables: ["arn:aws:dynamodb:eu-west-1:1:table/a"] }],
  ["a misspelt key", { table: ["orders"] }],
  ["another word for replicas", { replicas: "all" }],
])("config with %s is refused", (_, config) =>
  expect(unit.config.safeParse(config).success).toBe(false),
);

describe("of a global table one replica is backed up", () => {
  const replicas = (...regions: readonly [string, string?][]) =>
    regions.map(([RegionName, ReplicaStatus = "ACTIVE"]) => ({ RegionName, ReplicaStatus }));
  /** @returns the regions that back it up */
  async function backedUpIn(
    Replicas: readonly { readonly RegionName: string; readonly ReplicaStatus: string }[],
    regions: readonly string[],
    chosen: "once" | "each" = "once",
  ): Promise<string[]> {
    const read = async () => ({ Table: { TableName: "orders", Replicas } });
    const tags = async function* () {};
    const asked = await Promise.all(
      regions.map(async (region) => {
        const tables = await protectedTables({
          read: ((call: { readonly operation: string }) =>
            call.operation === "dynamodb:ListTagsOfResource" ? tags() : read()) as never,
          chosen: { tag: "backup", tables: ["orders"], replicas: chosen },
          account: "1",
          region,
          regions,
          only: ["orders"],
        });
        return tables.map(() => region);
      }),
    );
    return asked.flat();
  }
  const both = replicas(["eu-west-1"], ["us-east-1"]);
  test("in the first region of the settings that has one", async () =>
    expect(await backedUpIn(both, ["us-east-1", "eu-west-1"])).toEqual(["us-east-1"]));
  test("in each, where the settings say so", async () =>
    expect(await backedUpIn(both, ["us-east-1", "eu-west-1"], "each")).toHaveLength(2));
  test("where no unit looks at the other replicas, in its own", async () =>
    expect(await backedUpIn(both, ["us-east-1"])).toEqual(["us-east-1"]));
  test("a replica that does not answer takes nobody's place", async () =>
    expect(
      await backedUpIn(replicas(["ap-south-1", "REGION_DISABLED"], ["us-east-1"]), [
        "us-east-1",
        "ap-south-1",
      ]),
    ).toContain("us-east-1"));
});

const tables =
  (count: number) =>
  async (aws: TestAccount): Promise<void> => {
    for (let at = 0; at < count; at += 1) await makeTable(aws, `table-${at}`, { backup: "" });
  };

async function opened(
  seed: (aws: TestAccount) => Promise<unknown>,
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const delivery = await open(unit, seed, { config: weekly, ...settings }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

async function backupsIn({ aws }: TestDelivery): Promise<BackupSummary[]> {
  const { BackupSummaries = [] } = await aws
    .client(DynamoDBClient)
    .send(new ListBackupsCommand({}));
  return BackupSummaries;
}

const recordOf = async (delivery: TestDelivery, run: { readonly id: string }) =>
  (await actionsOf(delivery.store, "unit", unit.id, run.id))[0];

describe("a slot has one backup", () => {
  test("whatever is delivered twice, and a sweep an hour later makes none", async () => {
    const delivery = await opened(tables(5));
    const run = await delivery.ended(await delivery.deliver());
    expect(await backupsIn(delivery)).toHaveLength(5);
    await delivery.deliver();
    const again = await delivery.deliver({ start: { ...delivery.start, key: "again" } });
    expect(again.actions).toEqual([]);
    await delivery.later(minutes(30));
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    expect(await backupsIn(delivery)).toHaveLength(5);
    const records = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect(records.map(({ outcome, verified }) => [outcome, verified])).toEqual(
      Array(5).fill(["applied", true]),
    );
  });

  test("two sweeps at once make one", async () => {
    const delivery = await opened(tables(2));
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(await backupsIn(delivery)).toHaveLength(2);
  });

  test("the answer to its making is lost: it is found again by its name, among others", async () => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(({ operation }) => operation === "CreateBackup", "resetAfter", {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    const [backup, ...more] = await backupsIn(delivery);
    expect(more).toEqual([]);
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.output]).toEqual([
      "applied",
      { BackupArn: backup?.BackupArn, BackupName: backup?.BackupName },
    ]);
  });

  test("and the next slot another", async () => {
    const delivery = await opened(tables(1), { config: { ...weekly, every: "day" } });
    await delivery.ended(await delivery.deliver());
    await delivery.later(days(1));
    const next = { ...delivery.start, key: "next", at: after(delivery.start.at, days(1)) };
    await delivery.ended(await delivery.deliver({ start: next }));
    const slots = (await backupsIn(delivery)).map(({ BackupName }) => slotInName(BackupName));
    expect(new Set(slots).size).toBe(2);
  });
});

describe("what goes wrong is told, and nothing is left by half", () => {
  test("a backup that is gone before it can be restored fails, and the next sweep makes another", async () => {
    const delivery = await opened(tables(1));
    const run = await delivery.deliver();
    const { proxy } = delivery;
    proxy.fault(({ operation }) => operation === "DescribeBackup", "throttled");
    await delivery.flows.carryNext();
    const [made] = await backupsIn(delivery);
    await delivery.aws
      .client(DynamoDBClient)
      .send(new DeleteBackupCommand({ BackupArn: made?.BackupArn }));
    proxy.reset();
    await delivery.flows.carryAll();
    expect((await recordOf(delivery, run))?.error).toMatch(/^the backup arn:aws:\S+ is gone\./);
    expect((await messages(delivery)).at(-1)).toMatchObject({ severity: "critical" });
    const next = await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect((await recordOf(delivery, next))?.outcome).toBe("applied");
    expect(await backupsIn(delivery)).toHaveLength(1);
  });

  test.each([
    "BackupInUseException",
    "TableInUseException",
    "ContinuousBackupsUnavailableException",
  ])("%s: the action fails with AWS's word for it, and nothing is made", async (code) => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(({ operation }) => operation === "CreateBackup", `refused:${code}`, {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.error]).toEqual([
      "failed",
      expect.stringContaining(`dynamodb:CreateBackup: ${code}`),
    ]);
    expect(await backupsIn(delivery)).toEqual([]);
  });

  test("too many at once (LimitExceededException) is waited for, as throttling is", async () => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(
      ({ operation }) => operation === "CreateBackup",
      "refused:LimitExceededException",
      { times: 2 },
    );
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordOf(delivery, run))?.outcome).toBe("applied");
    expect(await backupsIn(delivery)).toHaveLength(1);
  });

  test.each(["ListTables", "ListTagsOfResource", "ListBackups", "DescribeContinuousBackups"])(
    "where %s is denied, the run fails and nothing is made",
    async (operation) => {
      const delivery = await opened(tables(1));
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
      expect(await backupsIn(delivery)).toEqual([]);
    },
  );

  test("a table that is deleted while all are looked at fails nobody", async () => {
    const delivery = await opened(tables(3));
    delivery.proxy.fault(
      ({ operation }) => operation === "ListTagsOfResource",
      "refused:ResourceNotFoundException",
      { times: 1 },
    );
    const run = await delivery.ended(await delivery.deliver());
    expect(run.actions).toHaveLength(2);
  });
});

test("its own backup is told where no point in time can be restored, and not where it can", async () => {
  const delivery = await opened(tables(2));
  await delivery.aws.client(DynamoDBClient).send(
    new UpdateContinuousBackupsCommand({
      TableName: "table-1",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  const run = await delivery.deliver();
  expect(run.actions.map(({ because }) => /point in time/.test(because))).toEqual([true, false]);
});

test("a table that is deleted keeps its backup, and nothing more is made of it", async () => {
  const delivery = await opened(tables(1));
  await delivery.ended(await delivery.deliver());
  const client = delivery.aws.client(DynamoDBClient);
  await client.send(new DeleteTableCommand({ TableName: "table-0" }));
  expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
  expect(await backupsIn(delivery)).toHaveLength(1);
});

test("an undo deletes its own backup alone, and the slot is then left alone", async () => {
  const delivery = await opened(tables(2));
  const run = await delivery.ended(await delivery.deliver());
  const [action] = run.actions;
  const take = (confirms?: string) =>
    undo(unit, action?.id ?? "", { by: "ann", confirms }, delivery.host());
  const { confirm } = await take();
  const undone = await take(confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect((await backupsIn(delivery)).map(({ TableName }) => TableName)).toEqual(["table-1"]);
  const again = await delivery.deliver({ start: nextSweep(delivery) });
  expect(again.actions.map(({ held }) => held?.by)).toEqual(["hold"]);
});

async function nextDay(delivery: TestDelivery): Promise<void> {
  await delivery.later(days(1));
  const at = after(delivery.start.at, days(1));
  await delivery.deliver({ start: { ...delivery.start, key: "next day", at } });
}

describe("what the plan no longer reaches is told", () => {
  test("a table that has left it, and what stays of it", async () => {
    const delivery = await opened(tables(2));
    await delivery.ended(await delivery.deliver());
    const { account, region } = delivery.aws;
    await delivery.aws.client(DynamoDBClient).send(
      new UntagResourceCommand({
        ResourceArn: `arn:aws:dynamodb:${region}:${account}:table/table-1`,
        TagKeys: ["backup"],
      }),
    );
    await nextDay(delivery);
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^table-1 has left the plan .* 1 set of it stays .* the tag backup/),
    ]);
  });
  test("one that is deleted is gone", async () => {
    const delivery = await opened(tables(1));
    await delivery.ended(await delivery.deliver());
    const client = delivery.aws.client(DynamoDBClient);
    await client.send(new DeleteTableCommand({ TableName: "table-0" }));
    await nextDay(delivery);
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^table-0 is gone; its last backup is of the slot/),
    ]);
  });
  test("a name in the settings that no table has", async () => {
    const delivery = await opened(tables(1), { config: { ...weekly, tables: ["oders"] } });
    await delivery.deliver();
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^The settings name tables that \S+ does not have: oders\. /),
    ]);
  });
});
