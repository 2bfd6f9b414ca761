import {
  type DBCluster,
  type DBInstance,
  DeleteDBClusterCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RemoveTagsFromResourceCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { backUpCluster, backUpInstance, snapshotName } from "./back-up.ts";
import { makeCluster, makeInstance, weeklySnapshots } from "./fixture.ts";
import unit from "./index.ts";
import { type ChosenDatabases, chosenOf } from "./protected.ts";
import { blockedBy, isMade, isReady } from "./status.ts";

const keep = { hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };
const found = {
  about: "db:orders",
  tags: [{ Key: "team", Value: "shop" }],
  engine: "postgres",
  status: "available",
  pointInTime: 7,
  slot: "2026-11-21",
  snapshots: [] as readonly { readonly id: string; readonly status: string }[],
};
const input = {
  about: "db:orders",
  slot: "2026-11-21",
  tags: [{ Key: "team", Value: "shop" }],
  keep,
  keepText: "daily=7 weekly=4 monthly=12",
};

describe("what is proposed", () => {
  test("a snapshot of an instance, where the slot has none", () =>
    expect(proposeFor(unit, found)).toEqual({
      because: "it has no snapshot of the slot 2026-11-21",
      call: backUpInstance(input),
    }));
  test("one of a cluster as a whole", () =>
    expect(proposeFor(unit, { ...found, about: "cluster:orders" })?.call).toEqual(
      backUpCluster({ ...input, about: "cluster:orders" }),
    ));
  test("and it is said where no point in time can be restored", () =>
    expect(proposeFor(unit, { ...found, pointInTime: 0 })?.because).toMatch(
      /; it cannot be restored to a point in time either$/,
    ));
  test("its own tags go along, without AWS's, and without an exemption that is not the snapshot's", () =>
    expect(
      proposeFor(unit, {
        ...found,
        tags: [
          { Key: "aws:cloudformation:stack-name", Value: "shop" },
          { Key: "nightshift:exempt", Value: "owner=ann@example.com" },
          ...found.tags,
        ],
      })?.call,
    ).toEqual(backUpInstance(input)));
  test.each<[status: string, proposed: boolean]>([
    ["creating", false],
    ["available", false],
    ["failed", true],
    ["error", true],
    ["deleting", true],
  ])("where one is %s: %s", (status, proposed) =>
    expect(proposeFor(unit, { ...found, snapshots: [{ id: "a", status }] }) !== undefined).toBe(
      proposed,
    ),
  );
});

describe("what is told in place of a snapshot", () => {
  test.each([
    ["postgres", "stopped", "until it is started"],
    ["postgres", "storage-full", "give it more"],
    ["postgres", "inaccessible-encryption-credentials-recoverable", "enable the key"],
    ["postgres", "incompatible-parameters", "incompatible-parameters"],
    ["docdb", "available", "DocumentDB"],
    ["neptune", "available", "Neptune"],
  ])("%s, %s", (engine, status, words) => {
    expect(blockedBy(engine, status)).toContain(words);
    expect(unit.target({ ...found, engine, status }).managed).toContain(words);
  });
  test.each(["available", "modifying", "backing-up", "upgrading", "configuring-log-exports"])(
    "nothing of one that is %s: that is waited for",
    (status) => expect(blockedBy("aurora-postgresql", status)).toBeUndefined(),
  );
});

test("a snapshot that fails ends the wait, and so does one that is gone", () => {
  for (const status of ["available", "failed", "error", "gone", "incompatible-restore"])
    expect(isMade(status)).toBe(true);
  expect(isMade("creating")).toBe(false);
  expect(isReady("modifying")).toBe(false);
});

describe("the name of a snapshot", () => {
  const name = (about: string, slot = "2026-11-21T05") =>
    snapshotName(
      { about, slot },
      { action: "a", run: "database-backups.20261121T052500.ac51cc36" },
    );
  test("says of what and when it is", () =>
    expect(name("db:orders")).toBe("nightshift-orders-2026-11-21t05-ac51cc36"));
  test.each(["db:a", `cluster:${"a".repeat(63)}`, `cluster:${"ab-".repeat(20)}c`])(
    "is one that RDS takes: of %s",
    (about) => {
      expect(name(about)).toMatch(/^[a-z](-?[a-z0-9])*$/);
      expect(name(about).length).toBeLessThanOrEqual(63);
    },
  );
});

describe("which are backed up", () => {
  const Tags = [{ Key: "backup", Value: "" }];
  const instance = (id: string, more: Partial<DBInstance> = {}): DBInstance => ({
    DBInstanceIdentifier: id,
    DBInstanceStatus: "available",
    TagList: Tags,
    ...more,
  });
  const cluster = (id: string, more: Partial<DBCluster> = {}): DBCluster => ({
    DBClusterIdentifier: id,
    Status: "available",
    TagList: Tags,
    ...more,
  });
  const chosen = (
    instances: readonly DBInstance[],
    clusters: readonly DBCluster[] = [],
    more: Partial<ChosenDatabases> = {},
  ) =>
    chosenOf({ instances, clusters }, { tag: "backup", instances: [], clusters: [], ...more }).map(
      ({ about }) => about,
    );
  const replica = instance("b", { ReadReplicaSourceDBInstanceIdentifier: "a" });

  test("an instance of a cluster comes with the cluster, though it alone is tagged", () =>
    expect(
      chosen([instance("a-1", { DBClusterIdentifier: "a" })], [cluster("a", { TagList: [] })]),
    ).toEqual(["cluster:a"]));
  test("a replica of what is backed up here is not backed up again", () =>
    expect(chosen([instance("a"), replica])).toEqual(["db:a"]));
  test("a replica that the settings name is", () =>
    expect(chosen([instance("a"), replica], [], { instances: ["b"] })).toEqual(["db:a", "db:b"]));
  test("a replica whose source is not backed up is", () =>
    expect(chosen([instance("a", { TagList: [] }), replica])).toEqual(["db:b"]));
  test("a replica of a source in another region is", () =>
    expect(
      chosen([
        instance("b", {
          ReadReplicaSourceDBInstanceIdentifier: "arn:aws:rds:us-east-1:123456789012:db:a",
        }),
      ]),
    ).toEqual(["db:b"]));
  test("an instance and a cluster of one name are two", () =>
    expect(chosen([instance("a")], [cluster("a")])).toEqual(["db:a", "cluster:a"]));
  test("what is being deleted is not", () =>
    expect(chosen([instance("a", { DBInstanceStatus: "deleting" })])).toEqual([]));
});

test.each<[what: string, config: object]>([
  ["an identifier in capitals", { instances: ["Orders"] }],
  ["an ARN", { clusters: ["arn:aws:rds:eu-west-1:1:cluster:a"] }],
  ["a misspelt key", { instance: ["orders"] }],
  ["two hyphens", { instances: ["a--b"] }],
])("config with %s is refused", (_, config) =>
  expect(unit.config.safeParse(config).success).toBe(false),
);

const orders = (aws: TestAccount) => makeInstance(aws, "orders", { backup: "", team: "shop" });

async function opened(
  seed: (aws: TestAccount) => Promise<unknown>,
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const delivery = await open(unit, seed, { config: weeklySnapshots, ...settings }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

async function snapshotsIn({ aws }: TestDelivery) {
  const rds = aws.client(RDSClient);
  const { DBSnapshots = [] } = await rds.send(
    new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }),
  );
  return DBSnapshots;
}

const recordOf = async (delivery: TestDelivery, run: { readonly id: string }) =>
  (await actionsOf(delivery.store, "unit", unit.id, run.id))[0];

describe("a slot has one snapshot", () => {
  test("whatever is delivered twice, and a sweep an hour later makes none", async () => {
    const delivery = await opened(async (aws) => {
      await orders(aws);
      await makeCluster(aws, "orders", { backup: "" });
    });
    const run = await delivery.ended(await delivery.deliver());
    await delivery.deliver();
    const again = await delivery.deliver({ start: { ...delivery.start, key: "again" } });
    expect(again.actions).toEqual([]);
    await delivery.later(minutes(30));
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    expect(await snapshotsIn(delivery)).toHaveLength(1);
    const rds = delivery.aws.client(RDSClient);
    const { DBClusterSnapshots } = await rds.send(
      new DescribeDBClusterSnapshotsCommand({ SnapshotType: "manual" }),
    );
    expect(DBClusterSnapshots).toHaveLength(1);
    const records = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect(records.map(({ outcome, verified }) => [outcome, verified])).toEqual(
      Array(2).fill(["applied", true]),
    );
  });

  test("two sweeps at once make one", async () => {
    const delivery = await opened(orders);
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(await snapshotsIn(delivery)).toHaveLength(1);
  });

  test("the answer to its making is lost: it is found again by its tag", async () => {
    const delivery = await opened(orders);
    delivery.proxy.fault(({ operation }) => operation === "CreateDBSnapshot", "resetAfter", {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    const [snapshot, ...more] = await snapshotsIn(delivery);
    expect(more).toEqual([]);
    const record = await recordOf(delivery, run);
    expect([record?.outcome, record?.output]).toEqual([
      "applied",
      { SnapshotIds: [snapshot?.DBSnapshotIdentifier] },
    ]);
  });

  test("and the next slot another", async () => {
    const delivery = await opened(orders, { config: { ...weeklySnapshots, every: "day" } });
    await delivery.ended(await delivery.deliver());
    await delivery.later(days(1));
    const next = { ...delivery.start, key: "next", at: after(delivery.start.at, days(1)) };
    await delivery.ended(await delivery.deliver({ start: next }));
    const slots = (await snapshotsIn(delivery)).map(({ TagList = [] }) =>
      tagIn({ Tags: TagList }, tagOf.slot),
    );
    expect(new Set(slots).size).toBe(2);
  });
});

test("a snapshot says what it is of, when and by which action it was made, and carries the database's tags", async () => {
  const delivery = await opened(orders);
  const run = await delivery.ended(await delivery.deliver());
  const [snapshot] = await snapshotsIn(delivery);
  const tags = Object.fromEntries((snapshot?.TagList ?? []).map(({ Key, Value }) => [Key, Value]));
  const [action] = run.actions;
  expect(tags).toEqual({
    backup: "",
    team: "shop",
    "nightshift:unit": "database-backups",
    "nightshift:backup-of": "db:orders",
    "nightshift:slot": action?.target.split("@")[1],
    "nightshift:keep": "daily=7 weekly=4 monthly=12",
    "nightshift:action": action?.id,
    "nightshift:run": run.id,
    "nightshift:token": expect.any(String),
  });
});

describe("what goes wrong is told, and nothing is left by half", () => {
  test("a snapshot that is gone before it can be restored fails, and the next sweep makes another", async () => {
    const delivery = await opened(orders);
    const run = await delivery.deliver();
    const { proxy } = delivery;
    const isMadeNow = () => proxy.calls.some(({ operation }) => operation === "CreateDBSnapshot");
    proxy.fault(({ operation }) => operation === "DescribeDBSnapshots" && isMadeNow(), "throttled");
    await delivery.flows.carryNext();
    const [made] = await snapshotsIn(delivery);
    await delivery.aws
      .client(RDSClient)
      .send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: made?.DBSnapshotIdentifier }));
    proxy.reset();
    await delivery.flows.carryAll();
    expect((await recordOf(delivery, run))?.error).toMatch(
      /^the snapshot nightshift-\S+ is gone\./,
    );
    expect((await messages(delivery)).at(-1)).toMatchObject({ severity: "critical" });
    const next = await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect((await recordOf(delivery, next))?.outcome).toBe("applied");
    expect(await snapshotsIn(delivery)).toHaveLength(1);
  });

  test.each(["SnapshotQuotaExceeded", "InvalidDBInstanceState", "KMSKeyNotAccessibleFault"])(
    "%s: the action fails with AWS's word for it, and nothing is made",
    async (code) => {
      const delivery = await opened(orders);
      delivery.proxy.fault(({ operation }) => operation === "CreateDBSnapshot", `refused:${code}`, {
        times: 1,
      });
      const run = await delivery.ended(await delivery.deliver());
      const record = await recordOf(delivery, run);
      expect([record?.outcome, record?.error]).toEqual([
        "failed",
        expect.stringContaining(`rds:CreateDBSnapshot: ${code}`),
      ]);
      expect(await snapshotsIn(delivery)).toEqual([]);
    },
  );

  test.each([
    "DescribeDBInstances",
    "DescribeDBClusters",
    "DescribeDBSnapshots",
    "DescribeDBClusterSnapshots",
  ])("where %s is denied, the run fails and nothing is made", async (operation) => {
    const delivery = await opened(orders);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await snapshotsIn(delivery)).toEqual([]);
  });
});

test("an undo deletes its own snapshot alone, and the slot is then left alone", async () => {
  const delivery = await opened(async (aws) => {
    await orders(aws);
    await makeInstance(aws, "users", { backup: "" });
  });
  const run = await delivery.ended(await delivery.deliver());
  const ofOrders = run.actions.find(({ target }) => target.startsWith("db:orders@"));
  const take = (confirms?: string) =>
    undo(unit, ofOrders?.id ?? "", { by: "ann", confirms }, delivery.host());
  const undone = await take((await take()).confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  const left = await snapshotsIn(delivery);
  expect(left.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(["users"]);
  const again = await delivery.deliver({ start: nextSweep(delivery) });
  expect(again.actions.map(({ held }) => held?.by)).toEqual(["hold"]);
});

async function nextDay(delivery: TestDelivery): Promise<void> {
  await delivery.later(days(1));
  const at = after(delivery.start.at, days(1));
  await delivery.deliver({ start: { ...delivery.start, key: "next day", at } });
}

describe("what the plan no longer reaches is told", () => {
  test("an instance that has left it, and a cluster that is gone", async () => {
    const delivery = await opened(async (aws) => {
      await orders(aws);
      await makeCluster(aws, "sales", { backup: "" });
    });
    await delivery.ended(await delivery.deliver());
    const rds = delivery.aws.client(RDSClient);
    const { account, region } = delivery.aws;
    const ResourceName = `arn:aws:rds:${region}:${account}:db:orders`;
    await rds.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ["backup"] }));
    await rds.send(
      new DeleteDBClusterCommand({ DBClusterIdentifier: "sales", SkipFinalSnapshot: true }),
    );
    await nextDay(delivery);
    expect((await notesIn(delivery)).toSorted()).toEqual([
      expect.stringMatching(/^cluster:sales is gone; /),
      expect.stringMatching(/^db:orders has left the plan .* the tag backup/),
    ]);
  });
  test("names in the settings that nothing has, and one that only a cluster can stand for", async () => {
    const seed = async (aws: TestAccount) => {
      await makeCluster(aws, "sales", {});
      await makeInstance(aws, "sales-1", {}, { DBClusterIdentifier: "sales" });
    };
    const named = { instances: ["sales-1", "oders"], clusters: ["seles"] };
    const delivery = await opened(seed, { config: { ...weeklySnapshots, ...named } });
    await delivery.deliver();
    expect((await notesIn(delivery)).toSorted()).toEqual([
      expect.stringMatching(
        /^The settings name database clusters that \S+ does not have: seles\. /,
      ),
      expect.stringMatching(
        /^The settings name database instances that \S+ does not have: oders\. /,
      ),
      expect.stringMatching(
        /^The settings name the instance sales-1, which is a part of the cluster sales /,
      ),
    ]);
  });
});
