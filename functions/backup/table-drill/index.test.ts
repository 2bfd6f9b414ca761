import {
  type BackupSummary,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  TagResourceCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { actionInName, throwAwayTable } from "../../../aws/dynamodb/throw-away.ts";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { after, days, hours, minutes } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { itemsCompared, type SeenTable, shapeVerdict } from "./compared-table.ts";
import { tableDrillCost } from "./cost.ts";
import { drillTable, type TableDrill } from "./drill-table.ts";
import { seedTable, tableDrilledBefore } from "./fixture.ts";
import unit from "./index.ts";

const BackupArn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/backup/01";
const backup: BackupSummary = { BackupArn, BackupSizeBytes: 10e9, BackupStatus: "AVAILABLE" };
const found = {
  about: "orders",
  slot: "2026-11-20",
  backup,
  tags: [],
  cost: 1.52,
  word: undefined,
  isTurn: true,
  isKnown: true,
};
const drill: TableDrill = {
  about: "orders",
  slot: "2026-11-20",
  name: "orders",
  source: { backup: BackupArn, bytes: 10e9 },
  countUpTo: 10,
  tolerance: 10,
  slowestMinutes: 240,
  prices: { restored: 0.15, gigabyteMonth: 0.25, request: 0.125 / 1_000_000 },
};

describe("what is proposed", () => {
  test("a drill of what was never restored, with what it costs", () =>
    expect(proposeFor(unit, found)).toEqual({
      because: "it was never restored: a drill of 10.0 GB as nightshift-drill.… costs about $1.52",
      call: drillTable(drill),
    }));
  test("none of what only a name says is ours, before its turn, or of one that is gone", () => {
    expect(proposeFor(unit, { ...found, isKnown: false })).toBeUndefined();
    expect(proposeFor(unit, { ...found, isTurn: false })).toBeUndefined();
    expect(proposeFor(unit, { ...found, backup: undefined })).toBeUndefined();
  });
  test("one that costs more than a night may is told, with the remedy", () =>
    expect(() => proposeFor(unit, { ...found, cost: 6, isTurn: false })).toThrow(
      "its drill would cost about $6.00, and $5.00 is what the drill of a night may cost: raise `budget`, or exempt it",
    ));
  test("one of which DynamoDB says no size has no known cost, and is held", () =>
    expect(() =>
      proposeFor(unit, { ...found, backup: { BackupArn, BackupStatus: "AVAILABLE" } }),
    ).toThrow("what its drill would cost is not known"));
  test("what is restored is most of the cost, what is read least of it", () => {
    const prices = { restored: 0.15, gigabyteMonth: 0.25, request: 0.125 / 1_000_000 };
    const costOf = (isCounted: boolean) =>
      tableDrillCost({ bytes: 1e9, isCounted, span: hours(1) }, prices) ?? Number.NaN;
    expect(costOf(false)).toBeCloseTo(0.1503, 4);
    expect(costOf(true) - costOf(false)).toBeCloseTo(0.0156, 3);
  });
});

test.each([
  { budget: 0 },
  { mostANight: 2 },
  { again: 0.5 },
  { tolerance: 101 },
  { countUpTo: -1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));

describe("what is compared", () => {
  const of = { backup: BackupArn, keys: ["id HASH"], indexes: ["by-day"], items: 100 };
  const seen: SeenTable = {
    state: "ACTIVE",
    from: BackupArn,
    keys: ["id HASH"],
    indexes: ["by-day"],
  };
  test.each<[what: string, seen: Partial<SeenTable>, result: string, why: RegExp]>([
    ["it was taken away again", { state: "gone" }, "bad", /key is disabled or rights/],
    [
      "its key cannot be used",
      { state: "INACCESSIBLE_ENCRYPTION_CREDENTIALS" },
      "bad",
      /is INACCESSIBLE_ENCRYPTION_CREDENTIALS/,
    ],
    ["it is still being made", { state: "CREATING" }, "unknown", /still restoring/],
    ["somebody else made it", { from: "arn:other" }, "unknown", /was restored from arn:other/],
    ["it has other keys", { keys: ["day HASH"] }, "bad", /keys are day HASH in place of id HASH/],
    ["it lacks an index", { indexes: [] }, "bad", /lacks the indexes by-day/],
  ])("%s", (_, more, result, why) => {
    const verdict = shapeVerdict({ ...seen, ...more }, of);
    expect(verdict?.result).toBe(result);
    expect(verdict?.why).toMatch(why);
  });
  test("one that is as it should be is no verdict yet", () =>
    expect(shapeVerdict(seen, of)).toBeUndefined());

  const all = (counted: number | undefined, sampled = 4, foundAgain = sampled) => ({
    counted,
    sampled,
    foundAgain,
  });
  test.each<
    [what: string, read: ReturnType<typeof all>, items: number | undefined, result: string]
  >([
    ["as many as DynamoDB had counted", all(100), 100, "good"],
    ["a few more, for its count is hours old", all(108), 100, "good"],
    ["one beside none of a small table", all(1, 1), 2, "good"],
    ["far fewer", all(50), 100, "unknown"],
    ["far more", all(200), 100, "unknown"],
    ["none at all", all(0, 0), 100, "bad"],
    ["none where there was none", all(0, 0), 0, "good"],
    ["some of a table so young that DynamoDB had counted none", all(20), 0, "good"],
    ["some where DynamoDB says no count", all(20), undefined, "good"],
    ["a key that is not found again", all(100, 4, 3), 100, "bad"],
    ["not counted for its size, and its sample is there", all(undefined), 1e9, "good"],
    ["not counted, and no item is found", all(undefined, 0), 1e9, "bad"],
  ])("%s", (_, read, items, result) => expect(itemsCompared(read, items, 10).result).toBe(result));
  test("it says how old the count is that it is compared with", () =>
    expect(itemsCompared(all(50), 100, 10).why).toBe(
      "50 items counted, 100 by DynamoDB's last count before the backup, which is further apart than 10 %; 4 of 4 sampled keys found again",
    ));
});

describe("a drill, by answers as AWS documents them", () => {
  const began = new Date("2026-11-21T03:40:00Z");
  interface Answers {
    /** Of the restored table, one each time it is asked; the last stays. */
    readonly states: readonly (string | undefined)[];
    readonly passes?: number;
  }
  /** Carries it with what AWS answers in place of AWS; time passes with each question. */
  async function carried({ states, passes = 60 }: Answers) {
    const wrote: string[] = [];
    const told: object[] = [];
    let now = began;
    let asked = 0;
    const Table = (TableStatus: string) => ({
      TableStatus,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      RestoreSummary: { SourceBackupArn: BackupArn },
    });
    const read = ({ operation }: { readonly operation: string }): unknown => {
      if (operation === "dynamodb:DescribeBackup")
        return Promise.resolve({
          BackupDescription: {
            SourceTableDetails: { KeySchema: Table("").KeySchema, ItemCount: 2 },
          },
        });
      if (operation === "dynamodb:DescribeTable") {
        const state = states[Math.min(asked, states.length - 1)];
        asked += 1;
        return Promise.resolve(state && { Table: Table(state) });
      }
      if (operation === "dynamodb:GetItem") return Promise.resolve({ Item: {} });
      return (async function* () {
        yield { count: 2, items: [{ id: { S: "a" } }] };
      })();
    };
    const aws = {
      began,
      carries: { action: "table-drill.1.2.3", run: "table-drill.1.2" },
      write: async ({ operation }: { readonly operation: string }) => {
        wrote.push(operation);
        return {};
      },
      look: (_: string, ask: (read: unknown, now: Date, remembered: unknown) => unknown) =>
        ask(read, now, async () => undefined),
      until: async (_: string, ask: (read: unknown, now: Date) => Promise<unknown>) => {
        for (;;) {
          const answer = await ask(read, now);
          if (answer !== undefined) return answer;
          now = after(now, minutes(passes));
        }
      },
      tell: async (message: object) => {
        told.push(message);
        return now;
      },
    };
    const small = { ...drill, source: { backup: BackupArn, bytes: 1000 } };
    const output = await drillTable.carry(small, aws as never);
    return { wrote, told, output };
  }
  const both = ["dynamodb:RestoreTableFromBackup", "dynamodb:DeleteTable"];

  test("waits as long as it takes, and says how long that was", async () => {
    const { wrote, output } = await carried({ states: ["CREATING", "CREATING", "ACTIVE"] });
    expect(output).toMatchObject({ result: "good", seconds: 7200, checked: "counted" });
    expect(wrote).toEqual(both);
  });
  test("a table that does not show yet is still to come", async () => {
    const { output } = await carried({ states: [undefined, "CREATING", "ACTIVE"], passes: 5 });
    expect(output).toMatchObject({ result: "good" });
  });
  test("one that is taken away again is bad, critically", async () => {
    const { output, told } = await carried({ states: ["CREATING", undefined] });
    expect(output).toMatchObject({ result: "bad" });
    expect(told).toMatchObject([{ severity: "critical" }]);
  });
  test("one that is never made is left to those who can delete it later, and that is told", async () => {
    const { wrote, output, told } = await carried({ states: ["CREATING"] });
    expect(wrote).toEqual(["dynamodb:RestoreTableFromBackup"]);
    expect(output).toMatchObject({ result: "unknown" });
    expect(told).toMatchObject([
      {
        title: expect.stringContaining("was not restored in time: whether it is good is not known"),
        severity: "warning",
        facts: { found: expect.stringContaining("`table-drill-leftovers` takes it away") },
      },
    ]);
  });
});

interface Opened extends TestDelivery {
  readonly backups: readonly string[];
}

/** Tables with one backup each. */
async function opened(tables = 1, settings: Partial<UnitSettings> = {}): Promise<Opened> {
  const backups: string[] = [];
  const delivery = await open(
    unit,
    async (aws, store) => {
      for (let nth = 0; nth < tables; nth += 1) {
        const table = { name: `t${nth}`, slots: [`2026-11-1${nth}`] };
        backups.push(...(await seedTable({ aws, store }, table)));
      }
    },
    settings,
    true,
  );
  onTestFinished(() => delivery.close());
  return { ...delivery, backups };
}

const clientOf = ({ aws }: TestDelivery) => aws.client(DynamoDBClient);
async function leftovers(delivery: TestDelivery): Promise<string[]> {
  const { TableNames = [] } = await clientOf(delivery).send(new ListTablesCommand({}));
  return TableNames.filter((name) => actionInName(name));
}
const recordOf = async ({ store }: TestDelivery, run: { readonly id: string }) =>
  (await actionsOf(store, "unit", unit.id, run.id))[0];
const restores = ({ proxy }: TestDelivery) =>
  proxy.calls.filter(({ operation }) => operation === "RestoreTableFromBackup").length;

describe("a drill", () => {
  test("restores beside the original, compares, deletes all, and says so", async () => {
    const delivery = await opened();
    const run = await delivery.ended(await delivery.deliver());
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.verified, record?.error]).toEqual(["applied", true, null]);
    expect(record?.output).toMatchObject({ result: "good", checked: "counted" });
    expect(await leftovers(delivery)).toEqual([]);
    const told = (await messages(delivery)).find(({ kind }) => kind === "report");
    expect(told).toMatchObject({
      severity: "info",
      title: "the backup of t0 of the slot 2026-11-10 was restored and is good",
      facts: {
        found: expect.stringMatching(/^3 items counted.*3 of 3 sampled keys found again$/),
        "recovery time": expect.stringMatching(/of 240 minutes that are promised$/),
        cost: "less than $0.01",
        checked: expect.stringContaining("up to six hours older"),
      },
    });
    const { parameters } =
      delivery.proxy.calls.find(({ operation }) => operation === "RestoreTableFromBackup") ?? {};
    expect(parameters).toEqual({
      BackupArn: delivery.backups[0],
      TargetTableName: throwAwayTable(record?.id ?? ""),
      BillingModeOverride: "PAY_PER_REQUEST",
    });
  });
  test("is told with what drills before it took, as the ledger says it", async () => {
    const delivery = await opened(0);
    const place = { aws: delivery.aws, store: delivery.store };
    await seedTable(place, { name: "orders", slots: ["2026-11-17", "2026-11-18"] });
    await tableDrilledBefore(place, "orders", "2026-11-17");
    await delivery.ended(await delivery.deliver());
    expect((await messages(delivery)).find(({ kind }) => kind === "report")).toMatchObject({
      facts: { "drills before it": "10 minutes" },
      chart: { title: "Recovery time" },
    });
  });
  test("whose validator is not there finds nothing good nor bad, and deletes all", async () => {
    const delivery = await opened(1, { config: { validator: "not-there" } });
    const run = await delivery.ended(await delivery.deliver());
    const record = await recordOf(delivery, run);
    expect(record?.outcome).toBe("applied");
    expect(record?.output).toMatchObject({
      result: "unknown",
      why: expect.stringContaining("the validator not-there could not be asked: ResourceNotFound"),
    });
    expect(await leftovers(delivery)).toEqual([]);
    expect((await messages(delivery)).find(({ kind }) => kind === "report")).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("its validator has not said that it is good"),
    });
  });
  test("one a night, never two at once, each in its turn, and none again that is good", async () => {
    const delivery = await opened(2);
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(restores(delivery)).toBe(1);
    await delivery.later(days(1));
    await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect(restores(delivery)).toBe(2);
    await delivery.later(days(1));
    const again = await delivery.deliver({ start: nextSweep(delivery, 2) });
    expect(again.actions).toEqual([]);
  });
  test("none is begun as long as the table of another is there", async () => {
    const delivery = await opened();
    await clientOf(delivery).send(
      new CreateTableCommand({
        TableName: throwAwayTable("table-drill.1.2.3"),
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    expect((await delivery.deliver()).actions).toEqual([]);
  });
  test("of a table that is gone is made all the same: that is what backups are for", async () => {
    const delivery = await opened();
    await clientOf(delivery).send(new DeleteTableCommand({ TableName: "t0" }));
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordOf(delivery, run))?.output).toMatchObject({ result: "good" });
  });
  test.each(["owner=ann@example.com", "from=table-drill owner=ann@example.com"])(
    "of a table with the tag nightshift:exempt=%s is held",
    async (Value) => {
      const delivery = await opened();
      const ResourceArn = delivery.backups[0]?.split("/backup/")[0];
      const Tags = [{ Key: "nightshift:exempt", Value }];
      await clientOf(delivery).send(new TagResourceCommand({ ResourceArn, Tags }));
      const run = await delivery.deliver();
      expect(run.actions.map(({ held }) => held?.by)).toEqual(["exemption"]);
      expect(restores(delivery)).toBe(0);
    },
  );
  test("that an undo takes back is forgotten, and the backup is still there", async () => {
    const delivery = await opened();
    const run = await delivery.ended(await delivery.deliver());
    const take = (confirms?: string) =>
      undo(unit, run.id, { by: "ann", confirms }, delivery.host());
    const undone = await take((await take()).confirm);
    expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
      ["applied", true],
    ]);
  });
});

describe("what goes wrong", () => {
  const atWork = async (delivery: Opened) => {
    const run = await delivery.deliver();
    const isMade = () => restores(delivery) > 0;
    delivery.proxy.fault(({ operation }) => operation === "DescribeTable" && isMade(), "throttled");
    await delivery.flows.carryNext();
    expect(await leftovers(delivery)).toHaveLength(1);
    delivery.proxy.reset();
    return run;
  };
  test("the backup is deleted meanwhile: what was made of it is deleted all the same", async () => {
    const delivery = await opened();
    const run = await atWork(delivery);
    await clientOf(delivery).send(new DeleteBackupCommand({ BackupArn: delivery.backups[0] }));
    await delivery.flows.carryAll();
    expect((await recordOf(delivery, run))?.held?.by).toBe("changed");
    expect(await leftovers(delivery)).toEqual([]);
  });
  test.each(["BackupNotFoundException", "TableAlreadyExistsException", "AccessDeniedException"])(
    "%s: nothing is made, and the action fails with AWS's word for it",
    async (code) => {
      const delivery = await opened();
      delivery.proxy.fault(
        ({ operation }) => operation === "RestoreTableFromBackup",
        `refused:${code}`,
      );
      const record = await recordOf(delivery, await delivery.ended(await delivery.deliver()));
      expect([record?.outcome, record?.error]).toEqual([
        "failed",
        expect.stringContaining(`dynamodb:RestoreTableFromBackup: ${code}`),
      ]);
      expect(await leftovers(delivery)).toEqual([]);
    },
  );
  test("the answer to its making is lost: it is made once, and found by its name", async () => {
    const delivery = await opened();
    delivery.proxy.fault(({ operation }) => operation === "RestoreTableFromBackup", "resetAfter", {
      times: 1,
    });
    const record = await recordOf(delivery, await delivery.ended(await delivery.deliver()));
    expect(record?.outcome).toBe("applied");
    expect(restores(delivery)).toBe(1);
    expect(await leftovers(delivery)).toEqual([]);
  });
  test("too many tables are made at once: it waits for its turn", async () => {
    const delivery = await opened();
    delivery.proxy.fault(
      ({ operation }) => operation === "RestoreTableFromBackup",
      "refused:LimitExceededException",
      { times: 2 },
    );
    const record = await recordOf(delivery, await delivery.ended(await delivery.deliver()));
    expect(record?.outcome).toBe("applied");
    expect(await leftovers(delivery)).toEqual([]);
  });
});
